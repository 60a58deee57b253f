// SPDX-License-Identifier: Apache-2.0
// A network in CIDR notation: an address whose host bits are zero, and the length of its prefix.
#pragma once

#include "base/ip_address.hpp"

#include <cstdint>

namespace postern {

class Network {
public:
    /// "192.0.2.0/28", "2001:db8::/64". Errors: network.malformed, network.host_bits (the message names the network meant).
    [[nodiscard]] static Result<Network> parse(std::string_view text);
    /// The network of `prefix` bits that holds `address`; 0 <= prefix <= address.bits().
    [[nodiscard]] static Network around(const IpAddress& address, int prefix);

    [[nodiscard]] const IpAddress& first() const { return first_; }
    [[nodiscard]] int prefix() const { return prefix_; }
    /// How many addresses it holds; the greatest 64-bit number for an IPv6 network shorter than /65.
    [[nodiscard]] std::uint64_t size() const;
    [[nodiscard]] bool contains(const IpAddress& address) const;
    /// "192.0.2.0/28"
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const Network&, const Network&) = default;

private:
    Network(const IpAddress& first, int prefix) : first_(first), prefix_(prefix) {}

    IpAddress first_;
    int prefix_;
};

}  // namespace postern
