// SPDX-License-Identifier: Apache-2.0
// What judges of measure 2 share about ways out that were tried: a way is open when the probe saw the connection arrive, and shut only
// if another one of the same family shows that the probe could be reached.
#pragma once

#include "audit/check.hpp"

#include <string_view>
#include <vector>

namespace postern::audit {

/// The ways of one port that were tried directly. Borrowed.
[[nodiscard]] std::vector<const WayOut*> direct_ways(const Evidence& evidence, bool v4, std::uint16_t port);
/// Whether something else shows that a probe could be reached by this family: else a failure proves nothing about port 25.
[[nodiscard]] bool probe_is_reachable(const Evidence& evidence, bool v4);
/// Port 25 over one family.
[[nodiscard]] Findings judge_ways(const Evidence& evidence, bool v4);
/// Both families, from one kind of place ("guest") that `where` says in words.
[[nodiscard]] Findings judge_place(const Evidence& evidence, std::string_view place, std::string_view where);
[[nodiscard]] Finding judge_not_here(std::string_view where, std::string_view place);

}  // namespace postern::audit
