// SPDX-License-Identifier: Apache-2.0
// Leases of DHCP servers: by which name and MAC a machine asked for its address.
//
//     1795512600 52:54:00:12:34:56 10.0.0.7 annas-pc 01:52:54:00:12:34:56          dnsmasq
//     10.0.0.7,52:54:00:12:34:56,,3600,1795512600,1,0,0,annas-pc,0,,0              Kea (CSV with a header, v4 and v6)
//     lease 10.0.0.7 { ... hardware ethernet 52:54:00:12:34:56; client-hostname "annas-pc"; }      ISC dhcpd
//
// The names are the machines' own words. The last entry of an address holds; a lease that has ended still tells who had it last.
#pragma once

#include "base/ip_address.hpp"

#include <map>
#include <string>
#include <string_view>

namespace postern::evidence {

struct Lease {
    std::string mac;   ///< "52:54:00:12:34:56"; "" where the file has none
    std::string name;  ///< raw, at most `max_lease_name` octets
};

inline constexpr std::size_t max_leases = 200'000;
inline constexpr std::size_t max_lease_name = 255;

using Leases = std::map<IpAddress, Lease>;
/// Of whichever server: the form is recognised by its content. Malformed lines are skipped.
[[nodiscard]] Leases read_leases(std::string_view text);

}  // namespace postern::evidence
