// SPDX-License-Identifier: Apache-2.0
// What belongs to the target: its mail hosts, its own addresses, and who sends in its name.
#pragma once

#include "audit/evidence.hpp"
#include "base/inquiry.hpp"

namespace postern::audit {

struct MailHost {
    DomainName name;
    int preference = 0;
    std::vector<IpAddress> addresses;
    std::string unknown;  ///< why its addresses could not be learnt
    bool alias = false;   ///< the MX names a CNAME
};
struct MailHosts {
    std::vector<MailHost> hosts;
    std::string unknown;    ///< why nothing was learnt
    bool null_mx = false;   ///< the domain takes no mail (RFC 7505)
    bool implicit = false;  ///< there is no MX record; the domain's own address is meant (RFC 5321 5.1)
};
[[nodiscard]] dns::Inquiry<MailHosts> find_mail_hosts(DomainName domain);

/// Senders of one's own are what a domain's own SPF record names by address (/28 or longer, IPv6 /64 or longer), by `a` and by
/// `mx`. What it includes is somebody else's, and never asked about on lists.
struct OwnSenders {
    std::vector<Network> networks;
    std::vector<IpAddress> addresses;        ///< single ones, given or named
    std::vector<std::string> third_parties;  ///< includes and redirects, as written
    std::vector<std::string> too_wide;       ///< networks that cannot all be one's own
    std::string unknown;
};
[[nodiscard]] dns::Inquiry<OwnSenders> find_own_senders(const Evidence& evidence);

inline constexpr std::size_t max_own_addresses = 64;

}  // namespace postern::audit
