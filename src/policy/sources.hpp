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

/// The client that the filter took the message from, by the filter's own Received lines: whose address SPF, DMARC and lists are to judge.
/// The topmost line is the filter's; one that names a private address or one of `settings.allowed` is a hop within the filter, so the
/// next below was written by the filter too. Lines below that are the sender's word and never read.
[[nodiscard]] std::optional<IpAddress> client_behind_filter(const wire::Message& message,
                                                            const SourceSettings& settings);

}  // namespace postern::policy
