// SPDX-License-Identifier: Apache-2.0
// Speaks a script of the active tests to a server, and keeps every turn.
#pragma once

#include "audit/active/consent.hpp"
#include "audit/active/script.hpp"
#include "net/smtp_session.hpp"

#include <functional>
#include <optional>
#include <span>

namespace postern::app {

/// Ctrl-C, as whoever is speaking hears of it.
struct Interrupt {
    bool came = false;
    std::function<void()> cut;  ///< ends what is being said now; empty while nothing is
};

struct SpeakOptions {
    std::string greeting;                       ///< what we call ourselves
    std::string server_name;                    ///< for SNI
    std::optional<wire::SmtpCredentials> user;  ///< the test user
    std::vector<IpAddress> audited;             ///< relay probes never start from these
    std::vector<audit::SharedHosts> shared;     ///< whose greeting ends the conversation
    std::vector<audit::FilterService> services;
    net::SmtpSession::Limits limits;
    Interrupt* interrupt = nullptr;  ///< outlives the conversation; null: none comes
};

/// Never fails: whatever goes wrong is in the conversation. After a 421 nothing more is said.
net::Task<audit::Conversation> speak(net::Loop& loop, audit::Script script, SpeakOptions options);

}  // namespace postern::app
