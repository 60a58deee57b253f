// SPDX-License-Identifier: Apache-2.0
// Can this network reach the root of the DNS, or does somebody stand in between?
//
// A root server answers `. NS` with the AA flag and never offers recursion. An answer without AA, or with RA, comes from a
// resolver that takes every packet to port 53; silence from all of them means that port 53 is shut. One root server is asked
// first and two more only if it is silent: this is asked at each start, and the root is a neighbour too.
#pragma once

#include "net/endpoint.hpp"
#include "net/loop.hpp"

#include <string>
#include <vector>

namespace postern::net {

enum class RootPath : std::uint8_t { open, blocked, intercepted };

struct RootProbe {
    RootPath path = RootPath::blocked;
    std::string evidence;  ///< "198.41.0.4, 192.5.5.241 and 193.0.14.129 did not answer", for people
};

/// At most 1.5 seconds. `roots` in the order of preference, at least one.
Task<RootProbe> probe_root(Loop& loop, std::vector<Endpoint> roots);

/// Addresses of root servers: the A and AAAA records of a hints file (the format of named.root), IPv4 first.
/// Errors: dns.resolver.file.
[[nodiscard]] Result<std::vector<Endpoint>> read_root_hints(const std::string& path);
/// Some that have not moved for decades.
[[nodiscard]] std::vector<Endpoint> usual_roots();
/// `nameserver` lines of a resolv.conf; none if the file is absent.
[[nodiscard]] std::vector<Endpoint> read_system_resolvers(const std::string& path);

}  // namespace postern::net
