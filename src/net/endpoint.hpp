// SPDX-License-Identifier: Apache-2.0
// An address and a port, as people write them for name servers: "192.0.2.53", "192.0.2.53@5353", "2001:db8::53@53".
#pragma once

#include "base/ip_address.hpp"

#include <boost/asio/ip/address.hpp>

namespace postern::net {

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    /// Errors: endpoint.malformed (what is wrong and how it is written).
    [[nodiscard]] static Result<Endpoint> parse(std::string_view text, std::uint16_t default_port);
    /// "192.0.2.53", with "@port" when it is not `usual_port`.
    [[nodiscard]] std::string to_string(std::uint16_t usual_port) const;

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

[[nodiscard]] boost::asio::ip::address to_asio(const IpAddress& address);

}  // namespace postern::net
