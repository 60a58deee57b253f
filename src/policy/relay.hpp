// SPDX-License-Identifier: Apache-2.0
// Who may send what to whom (M6): no relaying by construction, and nobody under the site's name from outside.
#pragma once

#include "policy/decision.hpp"
#include "policy/facts.hpp"
#include "policy/settings.hpp"

namespace postern::policy {

/// Outbound: a login, a listener for submission, a declared machine, or a program of the server itself. Loopback, private ranges and
/// container gateways are no declaration: whatever stands behind them could be anybody (RFC 1918 is not a guest list).
[[nodiscard]] Direction direction_of(const Client& client, std::string_view login, const Site& site);

[[nodiscard]] bool is_own(const Site& site, const DomainName& domain);

void judge_sender(const Client& client, std::string_view login, Direction direction, const MailAddress& sender,
                  const Settings& settings, Decision& decision);
void judge_recipient(Direction direction, const MailAddress& recipient, const Settings& settings, Decision& decision);

/// A path that could not be read at all.
void refuse_path(const Error& error, const Settings& settings, Decision& decision);

}  // namespace postern::policy
