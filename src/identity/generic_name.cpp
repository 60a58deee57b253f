// SPDX-License-Identifier: Apache-2.0
#include "identity/generic_name.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <vector>

namespace postern::identity {
namespace {

/// Words of access lines; each counts only as a whole run of letters ("dsl" in "adsl-7" is its own entry).
constexpr std::array<std::string_view, 40> words{
    "dyn",       "dynamic", "dynip",   "dynamicip", "dhcp",       "dsl",   "adsl", "vdsl",
    "xdsl",      "sdsl",    "cable",   "catv",      "pool",       "pools", "ppp",  "pppoe",
    "dial",      "dialup",  "dialin",  "modem",     "broadband",  "bb",    "cust", "customer",
    "customers", "client",  "clients", "user",      "subscriber", "subs",  "home", "residential",
    "mobile",    "gprs",    "umts",    "lte",       "wifi",       "wlan",  "nat",  "unassigned"};
constexpr std::array<std::string_view, 4> static_words{"static", "business", "biz", "fixed"};

std::vector<std::string> runs(std::string_view text, int (*kind)(int)) {
    std::vector<std::string> out(1);
    for (const char c : text) {
        if (kind(static_cast<unsigned char>(c)) != 0) out.back() += c;
        else if (!out.back().empty()) out.emplace_back();
    }
    if (out.back().empty()) out.pop_back();
    return out;
}

/// The host part of the name: what stands left of the last two labels, which name the organisation.
std::string_view host_part(std::string_view name) {
    const auto last = name.rfind('.');
    if (last == name.npos || last == 0) return {};
    const auto before = name.rfind('.', last - 1);
    return before == name.npos ? std::string_view{} : name.substr(0, before);
}

/// Two octets next to each other in either direction are enough for the lists: 113-25 of 203.0.113.25.
std::string find_octets(std::string_view host, const IpAddress& ip) {
    const auto numbers = runs(host, std::isdigit);
    const auto octets = ip.octets();
    std::vector<std::string> wanted, padded;
    for (const std::uint8_t octet : octets) {
        wanted.push_back(fmt::format("{}", octet));
        padded.push_back(fmt::format("{:03}", octet));
    }
    for (std::size_t i = 0; i + 1 < numbers.size(); ++i)
        for (std::size_t o = 0; o + 1 < wanted.size(); ++o) {
            const auto is = [&](std::size_t at, std::size_t which) {
                return numbers[at] == wanted[which] || numbers[at] == padded[which];
            };
            if ((is(i, o) && is(i + 1, o + 1)) || (is(i, o + 1) && is(i + 1, o)))
                return fmt::format("{}-{}", numbers[i], numbers[i + 1]);
        }
    // Run together: 203000113025, and hexadecimal: cb007119.
    const std::string together = fmt::format("{}", fmt::join(padded, ""));
    const std::string hex = fmt::format("{:02x}{:02x}{:02x}{:02x}", octets[0], octets[1], octets[2], octets[3]);
    for (const std::string& form : {together, hex})
        if (host.contains(form)) return form;
    return {};
}

/// IPv6: sixteen nibbles of the address in a row, with or without separators, or the whole of it hyphenated.
std::string find_nibbles(std::string_view host, const IpAddress& ip) {
    std::string bare;
    for (const char c : host)
        if (std::isxdigit(static_cast<unsigned char>(c)) != 0) bare += c;
    std::string nibbles;
    for (const std::uint8_t octet : ip.octets()) nibbles += fmt::format("{:02x}", octet);
    if (bare.contains(nibbles.substr(0, 16)) || bare.contains(nibbles.substr(16))) return nibbles;
    std::string hyphenated = ip.to_string();
    for (char& c : hyphenated)
        if (c == ':') c = '-';
    return host.contains(hyphenated) ? hyphenated : std::string();
}

}  // namespace

GenericName judge_generic_name(const DomainName& name, const IpAddress& ip) {
    GenericName out;
    const std::string_view host = host_part(name.text());
    out.by_address = ip.is_v4() ? find_octets(host, ip) : find_nibbles(host, ip);
    std::string only_static;
    for (const std::string& run : runs(host, std::isalpha)) {
        for (const std::string_view word : words)
            if (run == word && out.by_words.empty()) out.by_words = word;
        for (const std::string_view word : static_words)
            if (run == word) only_static = word;
    }
    if (out.by_words.empty() && !only_static.empty()) {
        out.by_words = only_static;
        out.static_only = true;
    }
    return out;
}

}  // namespace postern::identity
