// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace postern {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct SpecialRange {
    std::string_view first;
    int prefix;
    std::string_view what;
};

constexpr std::array special_ranges{
    SpecialRange{"0.0.0.0", 8, "an address of \"this network\" (RFC 791)"},
    SpecialRange{"10.0.0.0", 8, "a private address (RFC 1918)"},
    SpecialRange{"100.64.0.0", 10, "a carrier's shared address (RFC 6598)"},
    SpecialRange{"127.0.0.0", 8, "a loopback address (RFC 1122)"},
    SpecialRange{"169.254.0.0", 16, "a link-local address (RFC 3927)"},
    SpecialRange{"172.16.0.0", 12, "a private address (RFC 1918)"},
    SpecialRange{"192.0.0.0", 24, "an address for protocol assignments (RFC 6890)"},
    SpecialRange{"192.0.2.0", 24, "a documentation address (RFC 5737)"},
    SpecialRange{"192.88.99.0", 24, "an address of the former 6to4 relays (RFC 7526)"},
    SpecialRange{"192.168.0.0", 16, "a private address (RFC 1918)"},
    SpecialRange{"198.18.0.0", 15, "an address for benchmarks (RFC 2544)"},
    SpecialRange{"198.51.100.0", 24, "a documentation address (RFC 5737)"},
    SpecialRange{"203.0.113.0", 24, "a documentation address (RFC 5737)"},
    SpecialRange{"224.0.0.0", 4, "a multicast address (RFC 5771)"},
    SpecialRange{"240.0.0.0", 4, "a reserved address (RFC 1112)"},
    SpecialRange{"64:ff9b::", 96, "a NAT64 address (RFC 6052)"},
    SpecialRange{"64:ff9b:1::", 48, "a local NAT64 address (RFC 8215)"},
    SpecialRange{"2001:db8::", 32, "a documentation address (RFC 3849)"},
    SpecialRange{"2001::", 23, "an address for protocol assignments (RFC 2928)"},
    SpecialRange{"2002::", 16, "a 6to4 address (RFC 3056)"},
    SpecialRange{"3fff::", 20, "a documentation address (RFC 9637)"},
};

bool same_prefix(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, int prefix) {
    const auto whole = static_cast<std::size_t>(prefix / 8);
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
    const int rest = prefix % 8;
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() < terminated.size() && !text.contains('\0')) {
        std::ranges::copy(text, terminated.begin());
        std::array<std::uint8_t, 4> v4{};
        if (inet_pton(AF_INET, terminated.data(), v4.data()) == 1) return from_v4(v4);
        std::array<std::uint8_t, 16> v6{};
        if (inet_pton(AF_INET6, terminated.data(), v6.data()) == 1) return from_v6(v6);
    }
    return fail("ip.malformed", "not an IPv4 or IPv6 address");
}

IpAddress IpAddress::from_v4(std::array<std::uint8_t, 4> octets) {
    IpAddress address;
    std::ranges::copy(octets, address.octets_.begin());
    return address;
}

IpAddress IpAddress::from_v6(std::array<std::uint8_t, 16> octets, bool keep_mapped) {
    if (!keep_mapped && std::ranges::equal(mapped_prefix, std::span{octets}.first<12>()))
        return from_v4({octets[12], octets[13], octets[14], octets[15]});
    IpAddress address;
    address.v4_ = false;
    address.octets_ = octets;
    return address;
}

std::string IpAddress::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(v4_ ? AF_INET : AF_INET6, octets_.data(), text.data(), text.size());
    return text.data();
}

IpAddress IpAddress::masked(int prefix) const {
    IpAddress result = *this;
    const auto size = octets().size();
    for (std::size_t i = 0; i < size; ++i) {
        const int keep = std::clamp(prefix - static_cast<int>(i) * 8, 0, 8);
        result.octets_[i] = static_cast<std::uint8_t>(result.octets_[i] & (0xff00 >> keep));
    }
    return result;
}

IpAddress IpAddress::next() const {
    IpAddress result = *this;
    for (std::size_t i = octets().size(); i-- > 0;)
        if (++result.octets_[i] != 0) break;
    return result;
}

std::optional<std::string_view> IpAddress::special_use() const {
    for (const SpecialRange& range : special_ranges) {
        const IpAddress first = *parse(range.first);
        if (first.v4_ == v4_ && same_prefix(octets_, first.octets_, range.prefix)) return range.what;
    }
    // The public part of IPv6 is one block; all the rest is loopback, link-local, unique local, multicast or unassigned.
    if (!v4_ && (octets_[0] & 0xe0) != 0x20) return "not a global unicast address (RFC 4291)";
    return std::nullopt;
}

}  // namespace postern
