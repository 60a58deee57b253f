// SPDX-License-Identifier: Apache-2.0
// Connections in the logs of firewalls and NAT: who inside spoke to which port outside, and by which port it was seen there.
//
//     kernel: postern-trap: IN=lan OUT=wan MAC=..:.. SRC=10.0.0.7 DST=198.51.100.9 ... PROTO=TCP SPT=50123 DPT=25    (nft, iptables)
//     [NEW] tcp 6 120 SYN_SENT src=10.0.0.7 dst=198.51.100.9 sport=50123 dport=25 [UNREPLIED] src=198.51.100.9 dst=203.0.113.1 sport=25 dport=61000
//                                                                                                               (conntrack -E)
//     filterlog[123]: 71,,,02f4ba,igb1,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,10.0.0.7,198.51.100.9,50123,25,...   (OPNsense, pfSense)
//     firewall,info trap forward: in:bridge out:ether1, src-mac 52:54:00:12:34:56, proto TCP (SYN), 10.0.0.7:50123->198.51.100.9:25, len 60
//                                                                                                               (MikroTik)
//     %ASA-4-106023: Deny tcp src inside:10.0.0.7/50123 dst outside:198.51.100.9/25 by access-group "out" [0x0, 0x0]
//     %ASA-6-106100: access-list out denied tcp inside/10.0.0.7(50123) -> outside/198.51.100.9(25) hit-cnt 1 ...
//     %SEC-6-IPACCESSLOGP: list out denied tcp 10.0.0.7(50123) -> 198.51.100.9(25), 1 packet                    (Cisco ASA, IOS)
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
    std::string mac;  ///< of the sender, or of the router in front of it: "aa:bb:cc:dd:ee:ff"; "" if the log has none
    std::string uid;  ///< of who opened it, where the log is the machine's own: "33"
    bool allowed = false;  ///< the line says that it came through (conntrack's say so all)

    /// Was it seen outside with this source port?
    [[nodiscard]] bool seen_as(std::uint16_t port) const {
        return public_port ? *public_port == port : source_port == port;
    }
};

/// `line` may hold time and host in front. Nothing: it tells of no TCP connection.
[[nodiscard]] std::optional<Connection> read_connection_line(std::string_view line);

}  // namespace postern::evidence
