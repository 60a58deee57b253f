// SPDX-License-Identifier: Apache-2.0
// The active tests' part of a recorded audit.
#pragma once

#include "audit/active/conversation.hpp"
#include "base/json.hpp"

namespace postern::audit {

[[nodiscard]] json::value active_json(const Active& active);
[[nodiscard]] Active active_from(const json::value& from);

}  // namespace postern::audit
