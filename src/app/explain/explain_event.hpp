// SPDX-License-Identifier: Apache-2.0
// postern explain EVENT: what a reply or a line of log meant, by the id in it.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postern::app {

/// "E7K2QJ4M9AB": an E and ten letters or digits.
[[nodiscard]] bool is_event_id(std::string_view word);

/// The event as text, or nothing when the record in `data_dir` has none of that id. Errors: store.open, store.sqlite.
[[nodiscard]] Result<std::optional<std::string>> explain_event(std::string_view id, const std::string& data_dir);

}  // namespace postern::app
