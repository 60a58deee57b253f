// SPDX-License-Identifier: Apache-2.0
#include "reputation/question.hpp"

#include <fmt/format.h>

namespace postern::reputation {
namespace {

// a, f and k of the root servers: addresses that belong to nobody's customer and have not moved for decades.
constexpr std::array roots4{"198.41.0.4", "192.5.5.241", "193.0.14.129"};
constexpr std::array roots6{"2001:503:ba3e::2:30", "2001:500:2f::f", "2001:7fd::1"};

std::string nibbles(const IpAddress& address, std::size_t octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(octets * 4);
    for (std::size_t i = octets; i-- > 0;) {
        const std::uint8_t octet = address.octets()[i];
        for (const int digit : {octet & 0xf, octet >> 4}) {
            if (!text.empty()) text.push_back('.');
            text.push_back(digits[static_cast<std::size_t>(digit)]);
        }
    }
    return text;
}

/// RFC 5782 5: an IPv6 list is tested with the IPv4 test points as mapped addresses.
std::string control_prefix(std::string_view text, Kind kind) {
    if (kind == Kind::domain) return std::string(text);
    const auto address = IpAddress::parse(text);
    if (!address || kind == Kind::ip4 || address->is_v6()) return address ? reversed(*address) : std::string(text);
    const auto v4 = address->octets();
    return reversed(IpAddress::from_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, v4[0], v4[1], v4[2], v4[3]}, true));
}

}  // namespace

std::string reversed(const IpAddress& address) {
    if (address.is_v6()) return nibbles(address, 16);
    const auto octets = address.octets();
    return fmt::format("{}.{}.{}.{}", octets[3], octets[2], octets[1], octets[0]);
}

std::string reversed_prefix64(const IpAddress& address) { return nibbles(address, 8); }

Result<DomainName> zone_to_ask(const List& list, std::string_view key) {
    return list.keyed ? list.zone.below(key) : Result<DomainName>(list.zone);
}

Result<std::vector<DomainName>> names_to_ask(const List& list, const Subject& subject, std::string_view key) {
    const auto zone = zone_to_ask(list, key);
    if (!zone) return std::unexpected(zone.error());
    std::vector<std::string> prefixes;
    if (const IpAddress* address = subject.address()) {
        const bool v6 = address->is_v6();
        if (!v6 || (!subject.is_prefix64() && list.ip6_query != Ip6Query::prefix64))
            prefixes.push_back(reversed(*address));
        // A whole /64 is asked by its first address where the list knows no shorter name: an entry that covers it answers for each.
        if (v6 && list.ip6_query == Ip6Query::address && subject.is_prefix64()) prefixes.push_back(reversed(*address));
        if (v6 && list.ip6_query != Ip6Query::address) prefixes.push_back(reversed_prefix64(*address));
    } else {
        prefixes.emplace_back(subject.domain()->text());
    }
    std::vector<DomainName> names;
    for (const std::string& prefix : prefixes) {
        auto name = zone->below(prefix);
        if (!name) return std::unexpected(name.error());
        names.push_back(*std::move(name));
    }
    return names;
}

Result<ControlNames> controls(const List& list, Kind kind, std::string_view key) {
    const auto zone = zone_to_ask(list, key);
    if (!zone) return std::unexpected(zone.error());
    const bool domain = kind == Kind::domain;
    const auto below = [&](std::string_view subject) { return zone->below(control_prefix(subject, kind)); };
    ControlNames names;
    if (list.test.exists) {
        auto listed = below(!list.test.listed.empty() ? list.test.listed : domain ? "TEST" : "127.0.0.2");
        if (!listed) return std::unexpected(listed.error());
        names.listed = *std::move(listed);
    }
    if (list.test.absent != "none") {
        auto absent = below(!list.test.absent.empty() ? list.test.absent : domain ? "INVALID" : "127.0.0.1");
        if (!absent) return std::unexpected(absent.error());
        names.absent = *std::move(absent);
    }
    if (!domain)
        for (const char* root : kind == Kind::ip4 ? roots4 : roots6) {
            auto name = below(root);
            if (!name) return std::unexpected(name.error());
            names.neighbours.push_back(*std::move(name));
        }
    return names;
}

}  // namespace postern::reputation
