// SPDX-License-Identifier: Apache-2.0
// What a door knows of a session, handed to policy stage by stage. Nothing here is decided yet.
#pragma once

#include "base/ip_address.hpp"
#include "base/mail_address.hpp"
#include "policy/link_domains.hpp"
#include "policy/login_senders.hpp"
#include "wire/clamd.hpp"
#include "wire/message.hpp"
#include "wire/mime_walk.hpp"
#include "wire/rspamd.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::policy {

/// Who connects, and where. `submission` is a property of the listener, never guessed from addresses.
struct Client {
    std::optional<IpAddress> ip;  ///< nothing: a program of the server itself
    std::string name;             ///< its confirmed name; empty: none
    std::string listener;         ///< "smtp", "submission"
    bool submission = false;      ///< whoever comes in there sends for the site
};

/// Which way mail goes decides what is asked of it.
enum class Direction : std::uint8_t { inbound, outbound };
[[nodiscard]] constexpr std::string_view to_string(Direction direction) {
    return direction == Direction::inbound ? "inbound" : "outbound";
}

struct Envelope {
    MailAddress sender;
    std::vector<MailAddress> recipients;  ///< those that were accepted
};

/// A whole message. Borrowed members outlive the call.
struct MessageFacts {
    const wire::Message* message = nullptr;  ///< null: its header could not be read
    const wire::MimeWalk* mime = nullptr;    ///< null: not walked
    std::uint64_t octets = 0;
    std::optional<wire::ScanVerdict> scan;  ///< nothing: no scanner was asked
    std::optional<wire::SpamVerdict> spam;  ///< nothing: no filter was asked, or it failed
    std::string spam_fault;                 ///< why it failed; empty: it did not
    std::optional<LinkLook> links;          ///< nothing: no list was asked
    std::vector<SenderStanding> senders;    ///< of a login's message
};

}  // namespace postern::policy
