// SPDX-License-Identifier: Apache-2.0
// What the network says: the target's own servers, the system's resolver, and whether port 25 is shut here.
#pragma once

#include "audit/target.hpp"
#include "net/resolver.hpp"

namespace postern::app {

struct NetworkWishes {
    std::chrono::milliseconds timeout{5'000};
    bool smtp = true;
    bool resolver = true;
    std::string resolv_conf = "/etc/resolv.conf";
};

/// What we call ourselves in EHLO: this machine's full name, where it has one.
[[nodiscard]] std::string own_name();

/// Looks at the MX hosts that are the target's own (never at a provider's shared ones), at most eight addresses, all at once.
net::Task<> collect_network(net::Loop& loop, net::Resolver& resolver, audit::Evidence& evidence, audit::MailHosts hosts,
                            NetworkWishes wishes);

}  // namespace postern::app
