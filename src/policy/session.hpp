// SPDX-License-Identifier: Apache-2.0
// One session at a door, judged stage by stage. The door says what it saw; what comes back is what to do, and why.
//
// All that is known of one message lives in one struct, and `reset` makes the session equal to one that has just been greeted. Policy owns
// no clock and asks nobody: scans, counts and look-ups come in as values.
#pragma once

#include "policy/ceilings.hpp"
#include "policy/decision.hpp"
#include "policy/facts.hpp"
#include "policy/settings.hpp"

#include <string>
#include <string_view>

namespace postern::policy {

class SessionPolicy {
public:
    /// `settings` outlives the session; a reload makes new settings for new sessions.
    SessionPolicy(const Settings& settings, Client client) : settings_(&settings), client_(std::move(client)) {}

    /// The client. `login`: of one that has authenticated before it is judged, which no measure against strangers concerns.
    [[nodiscard]] Decision connect(Instant now, std::string_view login = {}) const;
    [[nodiscard]] Decision helo(std::string name, std::string_view login = {});
    /// `path` as it came; `login` of an authenticated client, else empty. Begins a message.
    [[nodiscard]] Decision mail(std::string_view path, std::string login);
    [[nodiscard]] Decision recipient(std::string_view path);
    /// The whole message. `counts` are those of its sender with this message in them.
    [[nodiscard]] Decision message(const MessageFacts& facts, const SenderCounts& counts) const;

    /// Nothing of a message is kept.
    void reset() { message_ = {}; }

    [[nodiscard]] Direction direction() const { return message_.direction; }
    [[nodiscard]] const Client& client() const { return client_; }
    [[nodiscard]] const std::string& helo_name() const { return helo_; }
    [[nodiscard]] const std::string& login() const { return message_.login; }
    [[nodiscard]] const Envelope& envelope() const { return message_.envelope; }
    [[nodiscard]] const Settings& settings() const { return *settings_; }
    /// Who answers for what this session sends: the login, else the address, else "local".
    [[nodiscard]] std::string accountable() const;
    /// An allowed source of M4 (a filter's server): exempt from limits by address, and never told to bounce.
    [[nodiscard]] bool from_filter() const;

private:
    struct Message {
        std::string login;
        Direction direction = Direction::inbound;
        Envelope envelope;
    };

    const Settings* settings_;
    Client client_;
    std::string helo_;
    Message message_;
};

}  // namespace postern::policy
