// SPDX-License-Identifier: Apache-2.0
// Speaks a script of the active tests to a server, and keeps every turn.
#pragma once

#include "audit/active/consent.hpp"
#include "audit/active/script.hpp"
#include "net/smtp_session.hpp"

#include <optional>
#include <span>

namespace postern::app {

struct SpeakOptions {
    std::string greeting;                       ///< what we call ourselves
    std::string server_name;                    ///< for SNI
    std::optional<wire::SmtpCredentials> user;  ///< the test user
    std::vector<IpAddress> audited;             ///< relay probes never start from these
    std::vector<audit::SharedHosts> shared;     ///< whose greeting ends the conversation
    std::vector<audit::FilterService> services;
    net::SmtpSession::Limits limits;
};

/// Never fails: whatever goes wrong is in the conversation. After a 421 nothing more is said.
net::Task<audit::Conversation> speak(net::Loop& loop, audit::Script script, SpeakOptions options);

}  // namespace postern::app
