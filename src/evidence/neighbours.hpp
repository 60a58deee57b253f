// SPDX-License-Identifier: Apache-2.0
// The neighbour table: which MAC stands behind an address on our own links.
//
// Three forms: /proc/net/arp (IPv4), the kernel's own messages (RTM_GETNEIGH, both families), and `ip neigh` as an administrator
// copies it from a router. An address that is not in it is behind another router: its MAC is known there.
#pragma once

#include "base/ip_address.hpp"

#include <map>
#include <string>
#include <string_view>

namespace postern::evidence {

inline constexpr std::size_t max_neighbours = 65'536;

/// Address -> "52:54:00:12:34:56", lower case. Entries that nobody answered for are left out; malformed lines are skipped.
using Neighbours = std::map<IpAddress, std::string>;
[[nodiscard]] Neighbours read_arp_table(std::string_view text);
[[nodiscard]] Neighbours read_ip_neigh(std::string_view text);
/// One or more netlink messages as they came from the socket, in this machine's byte order; added to `out`. True: the dump has ended.
bool read_neighbour_messages(std::string_view octets, Neighbours& out);

/// "52:54:00:12:34:56" of "52-54-00-12-34-56", "5254.0012.3456" and its own form; "" if it is none, or all zeros.
[[nodiscard]] std::string read_mac(std::string_view text);

}  // namespace postern::evidence
