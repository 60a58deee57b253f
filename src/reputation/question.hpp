// SPDX-License-Identifier: Apache-2.0
// Which name is asked for which subject (RFC 5782 2).
//
// IPv4: four octets reversed. IPv6: 32 nibbles reversed, or the 16 of the /64 where a list keeps whole /64s under one name.
// Domains: as they are. Addresses are never sent to lists of domains, nor domains to lists of addresses.
#pragma once

#include "reputation/catalogue.hpp"

namespace postern::reputation {

/// "7.113.0.203"; 32 nibbles for IPv6, a mapped address included.
[[nodiscard]] std::string reversed(const IpAddress& address);
/// The 16 nibbles of the /64: "2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2"
[[nodiscard]] std::string reversed_prefix64(const IpAddress& address);

/// The list's zone with the key's label, if it takes one.
[[nodiscard]] Result<DomainName> zone_to_ask(const List& list, std::string_view key);

/// One name, or two for a list that wants an IPv6 address also as its /64. Errors: those of DomainName (a name too long).
[[nodiscard]] Result<std::vector<DomainName>> names_to_ask(const List& list, const Subject& subject,
                                                           std::string_view key);

/// The names that tell whether a list works.
struct ControlNames {
    std::optional<DomainName> listed;  ///< the test point
    std::optional<DomainName> absent;  ///< the negative of RFC 5782, or the list's own
    std::vector<DomainName>
        neighbours;  ///< three root servers of the family: listed together, the list holds everybody
};
[[nodiscard]] Result<ControlNames> controls(const List& list, Kind kind, std::string_view key);

}  // namespace postern::reputation
