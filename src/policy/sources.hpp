// SPDX-License-Identifier: Apache-2.0
// Inbound mail only from the filtering service's servers (M4), and who really sent what they hand on.
#pragma once

#include "policy/decision.hpp"
#include "policy/facts.hpp"
#include "policy/settings.hpp"

namespace postern::policy {

/// The allowed source that an address belongs to; null if none.
[[nodiscard]] const AllowedSource* source_of(const SourceSettings& settings, const IpAddress& ip);

/// An inbound client from elsewhere; `now` decides about exceptions.
void judge_source(const Client& client, const SourceSettings& settings, Instant now, Decision& decision);

/// What was known when all sources were.
struct LearntSources {
    std::vector<std::string> declared;  ///< as AllowedSource::origin names them
    std::vector<AllowedSource> allowed;
};
/// While the sources of a new configuration are learnt anew, what was known of those that it still declares holds on. `known` becomes true
/// when that is all of them.
void carry_over(const LearntSources& before, const std::vector<std::string>& declared, SourceSettings& now);

/// The client that the filter itself names in its own Received line, the topmost: whose address SPF, DMARC and lists are to judge.
[[nodiscard]] std::optional<IpAddress> client_behind_filter(const wire::Message& message);

}  // namespace postern::policy
