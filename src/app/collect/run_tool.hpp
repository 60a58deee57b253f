// SPDX-License-Identifier: Apache-2.0
// Runs one of the system's own tools and keeps what it says: no shell, a deadline, a bound on its output.
//
// Only the audit of the host and the firewall command do this, with fixed arguments; nothing of a message or a peer is ever an argument.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::app {

struct ToolLimits {
    std::chrono::milliseconds time{10'000};
    std::size_t octets = 8 * 1024 * 1024;
};

/// Standard output of a tool that ended well. Looked for in PATH and the system's sbin folders.
/// Errors: tool.absent, tool.failed (with the first line of its standard error), tool.too_slow, tool.too_much.
/// `input` is what it reads on standard input.
[[nodiscard]] Result<std::string> run_tool(std::vector<std::string> command, ToolLimits limits = {},
                                           std::string_view input = {});
/// The same, piece by piece as it comes; `take` returns false to end it. For tools that say more than memory holds.
[[nodiscard]] Result<void> stream_tool(std::vector<std::string> command, std::chrono::milliseconds time,
                                       const std::function<bool(std::string_view)>& take, std::string_view input = {});

}  // namespace postern::app
