// SPDX-License-Identifier: Apache-2.0
// The reverse name of an address, and whether the name points back to it (RFC 8601 3, "iprev").
#pragma once

#include "base/inquiry.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::identity {

struct ReverseName {
    struct Name {
        DomainName name;
        std::vector<IpAddress> addresses;
        bool confirmed = false;  ///< one of `addresses` is the address
        std::string unknown;     ///< why the addresses could not be learnt; empty if they could
    };
    IpAddress ip;
    DomainName asked;                 ///< "25.113.0.203.in-addr.arpa"
    std::string unknown;              ///< why nothing was learnt; empty if the DNS said something
    std::vector<Name> names;          ///< none: there is no PTR record
    std::optional<DomainName> alias;  ///< where a CNAME leads, as RFC 2317 delegations do
};

inline constexpr std::size_t max_reverse_names = 10;

[[nodiscard]] dns::Inquiry<ReverseName> find_reverse_name(IpAddress ip);

/// Who may change it: the zone that holds the name, from its SOA.
struct ReverseZone {
    DomainName zone;     ///< "113.0.203.in-addr.arpa"
    DomainName primary;  ///< its primary server
    DomainName contact;  ///< the mailbox of its SOA, first dot for @
    std::vector<DomainName> servers;
    std::string unknown;  ///< why it could not be learnt
};
[[nodiscard]] dns::Inquiry<ReverseZone> find_reverse_zone(IpAddress ip);

}  // namespace postern::identity
