// SPDX-License-Identifier: Apache-2.0
// What judges of active tests share: why nothing was tried, and how conversations are found.
#pragma once

#include "audit/active/hearing.hpp"
#include "audit/check.hpp"

#include <vector>

namespace postern::audit {

/// Why no active test stands behind a check, and what would settle it.
[[nodiscard]] std::string how_to_try(const Evidence& evidence);

/// All whose purpose is `purpose`, or begins with it if it ends with a slash. Borrowed.
[[nodiscard]] std::vector<const Conversation*> talks(const Evidence& evidence, std::string_view purpose);

/// "203.0.113.26 port 25"
[[nodiscard]] std::string place_of(const Conversation& talk);

/// "203.0.113.26: it answered 421"; empty if nothing was left out.
[[nodiscard]] std::string left_out(const Evidence& evidence);

}  // namespace postern::audit
