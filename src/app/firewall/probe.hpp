// SPDX-License-Identifier: Apache-2.0
// A real connection from this machine as a given user, to see what becomes of it.
#pragma once

#include "base/ip_address.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace postern::app::firewall {

enum class Reached : std::uint8_t { connected, refused, silent, no_route, failed };

/// In a process of its own that becomes `uid` first, for the kernel judges the owner of the socket. Waits at most `patience`.
/// Needs root unless `uid` is one's own.
[[nodiscard]] Reached connect_as(std::uint32_t uid, const IpAddress& target, std::uint16_t port,
                                 std::chrono::milliseconds patience);

}  // namespace postern::app::firewall
