// SPDX-License-Identifier: Apache-2.0
// Points in time and lengths of time as people and files write them.
//
// An Instant is wall-clock time (UTC); only `net`, `store` and `app` may ask what time it is now, everybody else is told.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace postern {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// "2026-11-24T09:30:00Z"
[[nodiscard]] std::string to_rfc3339(Instant when);
/// "2026-11-24"
[[nodiscard]] std::string to_date(Instant when);

/// "90s", "30m", "24h", "3d", "500ms"; whole numbers, one unit. Errors: duration.malformed.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The shortest such form: 86400 s is "1d", 90 s is "90s".
[[nodiscard]] std::string to_string(std::chrono::milliseconds length);
/// For sentences: "3 days", "1 hour", "90 seconds".
[[nodiscard]] std::string in_words(std::chrono::milliseconds length);

}  // namespace postern
