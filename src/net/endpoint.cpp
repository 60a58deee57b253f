// SPDX-License-Identifier: Apache-2.0
#include "net/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace postern::net {

Result<Endpoint> Endpoint::parse(std::string_view text, std::uint16_t default_port) {
    const auto at = text.find('@');
    const auto address = IpAddress::parse(text.substr(0, at));
    if (!address) return fail("endpoint.malformed", "not an address such as 192.0.2.53 or 192.0.2.53@5353");
    if (at == std::string_view::npos) return Endpoint{*address, default_port};
    const std::string_view digits = text.substr(at + 1);
    std::uint16_t port = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (fault != std::errc{} || end != digits.data() + digits.size() || port == 0)
        return fail("endpoint.malformed", "the port behind the @ is a number from 1 to 65535");
    return Endpoint{*address, port};
}

std::string Endpoint::to_string(std::uint16_t usual_port) const {
    return port == usual_port ? address.to_string() : fmt::format("{}@{}", address.to_string(), port);
}

boost::asio::ip::address to_asio(const IpAddress& address) {
    const auto octets = address.octets();
    if (address.is_v4()) {
        boost::asio::ip::address_v4::bytes_type bytes{};
        std::ranges::copy(octets, bytes.begin());
        return boost::asio::ip::address_v4(bytes);
    }
    boost::asio::ip::address_v6::bytes_type bytes{};
    std::ranges::copy(octets, bytes.begin());
    return boost::asio::ip::address_v6(bytes);
}

}  // namespace postern::net
