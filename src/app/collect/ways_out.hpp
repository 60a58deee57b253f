// SPDX-License-Identifier: Apache-2.0
// Which ways lead out of this machine's network: to probes on 25, 465, 587, over IPv4 and IPv6, directly and through proxies inside.
//
// A way counts as open when the probe saw the connection arrive: a box on the way that answers in its stead does not.
#pragma once

#include "app/probe/client.hpp"
#include "audit/evidence.hpp"
#include "wire/proxy_connect.hpp"

#include <functional>

namespace postern::app {

struct ProxyAddress {
    wire::ProxyConnect::Kind kind = wire::ProxyConnect::Kind::socks5;
    net::Endpoint place;
    std::string text;  ///< as the user wrote it

    /// "socks5://192.0.2.7@1080", "http://192.0.2.7@3128". Errors: usage.
    [[nodiscard]] static Result<ProxyAddress> parse(std::string_view text);
};

struct WaysOutWishes {
    std::vector<ProxyAddress> proxies;
    std::vector<net::Endpoint> destinations;  ///< further servers that answer on port 25, for the mail server
    std::chrono::milliseconds patience{5'000};
    std::function<void(const std::string&)> progress;
};

/// Everything lands in `evidence.vantages` and `evidence.destinations`.
net::Task<> collect_ways_out(net::Loop& loop, net::Resolver& resolver, std::vector<probe::VantageAddress> vantages,
                             audit::Evidence& evidence, WaysOutWishes wishes);

}  // namespace postern::app
