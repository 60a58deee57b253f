// SPDX-License-Identifier: Apache-2.0
#include "base/network.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace postern {

Result<Network> Network::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (slash == std::string_view::npos || !address)
        return fail("network.malformed", "not a network such as 192.0.2.0/28 or 2001:db8::/64");
    const std::string_view digits = text.substr(slash + 1);
    int prefix = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (fault != std::errc{} || end != digits.data() + digits.size() || prefix < 0 || prefix > address->bits())
        return fail("network.malformed", fmt::format("the prefix length is a number from 0 to {}", address->bits()));
    const Network network = around(*address, prefix);
    if (network.first_ != *address)
        return fail("network.host_bits", fmt::format("host bits are set; the network is {}", network.to_string()));
    return network;
}

Network Network::around(const IpAddress& address, int prefix) { return {address.masked(prefix), prefix}; }

std::uint64_t Network::size() const {
    const int host_bits = first_.bits() - prefix_;
    return host_bits >= 64 ? std::numeric_limits<std::uint64_t>::max() : std::uint64_t{1} << host_bits;
}

bool Network::contains(const IpAddress& address) const {
    return address.is_v4() == first_.is_v4() && address.masked(prefix_) == first_;
}

std::string Network::to_string() const { return fmt::format("{}/{}", first_.to_string(), prefix_); }

}  // namespace postern
