// SPDX-License-Identifier: Apache-2.0
// What the administrator wants, as values. The defaults hurt nobody: everything but relaying observes.
#pragma once

#include "base/domain_name.hpp"
#include "base/instant.hpp"
#include "base/network.hpp"
#include "policy/decision.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace postern::policy {

struct Site {
    std::vector<DomainName> domains;  ///< whose mail comes in here
    std::vector<Network> senders;     ///< declared machines that send without login: a scanner, an application
};

/// M1
struct MalwareSettings {
    Mode mode = Mode::observe;
    bool scanner = false;  ///< one is configured; without: "M1 not enforced", never a deferral
    Action unscannable =
        Action::hold;  ///< too large, locked, too deep, no answer of clamd within its time is always a deferral
    std::vector<std::string> extensions;  ///< refused, lower case: "exe"; empty: the built-in ones
    Action attachments = Action::refuse;  ///< what a dangerous one gets
    Action locked_archives = Action::tag;
};

/// M3; scores as the filter gives them. A score at or above `refuse` is refused, and so on; 0 switches one off.
struct SpamThresholds {
    double tag = 6, hold = 0, refuse = 15;
};
struct SpamSettings {
    Mode mode = Mode::observe;
    bool filter = false;
    SpamThresholds inbound{6, 0, 15}, outbound{0, 8, 15};
};

/// M3, of the domains that links lead to. Off until somebody wants it: operators are asked about what people write.
struct LinkSettings {
    bool asked = false;
    Mode mode = Mode::observe;
    Action inbound = Action::tag, outbound = Action::hold;  ///< what a message with a listed link gets
    std::size_t domains = 20;                               ///< of one message that are asked about at most
    std::vector<DomainName> ignored;  ///< never asked about, with all below; the site's own are not either
};

/// M4
struct AllowedSource {
    Network network;
    std::string origin;  ///< "config", "spamexperts", "mx.filter.example", "spf:filter.example"
};
struct SourceException {
    Network network;
    std::string reason;
    Instant until;
};
struct SourceSettings {
    bool declared = false;  ///< a filtering service is in front; false: this measure is off
    Mode mode = Mode::observe;
    Action stage = Action::defer;  ///< accept (only logged), defer, refuse
    std::vector<AllowedSource> allowed;
    std::vector<SourceException> exceptions;
};

/// M5, which login uses which addresses: always learnt, judged as the mode says.
struct LearningSettings {
    Mode mode = Mode::observe;
    std::chrono::milliseconds time = std::chrono::days(14);  ///< from a login's first message on; whole days
    std::uint32_t days = 3;  ///< different ones, before an address is usual and a login learnt
};

/// M5
struct IdentitySettings {
    Mode mode = Mode::observe;
    bool add_missing_fields = true;  ///< Date and Message-ID, on submission
    std::vector<std::string>
        masquerade;  ///< host names below these domains become the domain: "example.com"; once confirmed
    LearningSettings learning;
};

/// M6. Relaying is refused from the first day.
struct RelaySettings {
    Mode mode = Mode::enforce;
    Mode own_sender_mode = Mode::observe;    ///< the site's own domain as sender, from outside without login
    Mode login_sender_mode = Mode::observe;  ///< a login under an address that is not its own
};

/// MC, per login, else per client; counted over sliding windows. 0 switches one off.
struct CeilingSettings {
    Mode mode = Mode::observe;
    std::uint32_t alert_per_hour = 100, hold_per_hour = 500, hold_per_day = 1'000, hold_new_per_day = 200;
};

struct LimitSettings {
    std::uint32_t recipients = 1'000;
    std::uint64_t message_octets = 25ULL * 1024 * 1024;
    std::uint32_t received_hops = 50;
    int mime_depth = 20;
    std::size_t mime_parts = 1'000;
};

struct Settings {
    Site site;
    MalwareSettings malware;
    SpamSettings spam;
    LinkSettings links;
    SourceSettings sources;
    IdentitySettings identity;
    RelaySettings relay;
    CeilingSettings ceilings;
    LimitSettings limits;
};

}  // namespace postern::policy
