// SPDX-License-Identifier: Apache-2.0
// Connections in the logs of firewalls and NAT: who inside spoke to which port outside, and by which port it was seen there.
//
//     kernel: postern-trap: IN=lan OUT=wan MAC=..:.. SRC=10.0.0.7 DST=198.51.100.9 ... PROTO=TCP SPT=50123 DPT=25    (nft, iptables)
//     [NEW] tcp 6 120 SYN_SENT src=10.0.0.7 dst=198.51.100.9 sport=50123 dport=25 [UNREPLIED] src=198.51.100.9 dst=203.0.113.1 sport=25 dport=61000
//                                                                                                               (conntrack -E)
#pragma once

#include "base/ip_address.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postern::evidence {

struct Connection {
    IpAddress source, destination;
    std::uint16_t source_port = 0, destination_port = 0;
    std::optional<std::uint16_t> public_port;  ///< behind the translation, where the log has it
    std::string mac;                           ///< of the sender, where the log has it: "aa:bb:cc:dd:ee:ff"

    /// Was it seen outside with this source port?
    [[nodiscard]] bool seen_as(std::uint16_t port) const {
        return public_port ? *public_port == port : source_port == port;
    }
};

/// `line` may hold time and host in front. Nothing: it tells of no TCP connection.
[[nodiscard]] std::optional<Connection> read_connection_line(std::string_view line);

}  // namespace postern::evidence
