// SPDX-License-Identifier: Apache-2.0
#include "evidence/neighbours.hpp"

#include "evidence/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <vector>

namespace postern::evidence {
namespace {

// linux/netlink.h, linux/neighbour.h
constexpr std::size_t header_octets = 16, neighbour_octets = 12, attribute_octets = 4;
constexpr std::uint16_t message_done = 3, message_error = 2, message_neighbour = 28;
constexpr std::uint16_t attribute_address = 1, attribute_link = 2;
constexpr std::uint16_t state_incomplete = 0x01, state_failed = 0x20, state_noarp = 0x40;

template <class T>
T number(std::string_view octets, std::size_t at) {
    T value{};
    std::memcpy(&value, octets.data() + at, sizeof value);
    return value;
}

std::vector<std::string_view> words(std::string_view line) {
    std::vector<std::string_view> out;
    while (!line.empty()) {
        const auto begin = line.find_first_not_of(" \t\r");
        if (begin == line.npos) break;
        line.remove_prefix(begin);
        out.push_back(line.substr(0, line.find_first_of(" \t\r")));
        line.remove_prefix(out.back().size());
        if (out.size() == 32) break;
    }
    return out;
}

template <class Take>
void each_line(std::string_view text, Take take) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        take(text.substr(0, end));
        if (end == text.npos) break;
        text.remove_prefix(end + 1);
    }
}

void put(Neighbours& out, const IpAddress& address, std::string mac) {
    if (!mac.empty() && (out.size() < max_neighbours || out.contains(address))) out[address] = std::move(mac);
}

std::string mac_of(std::string_view octets) {
    std::string text;
    for (const char octet : octets)
        fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(octet));
    return read_mac(text);
}

void read_neighbour(std::string_view body, Neighbours& out) {
    if (body.size() < neighbour_octets) return;
    if ((number<std::uint16_t>(body, 8) & (state_incomplete | state_failed | state_noarp)) != 0) return;
    std::string_view rest = body.substr(neighbour_octets), address, link;
    while (rest.size() >= attribute_octets) {
        const std::size_t length = number<std::uint16_t>(rest, 0);
        if (length < attribute_octets || length > rest.size()) return;
        const auto type = number<std::uint16_t>(rest, 2);
        const std::string_view value = rest.substr(attribute_octets, length - attribute_octets);
        if (type == attribute_address) address = value;
        if (type == attribute_link) link = value;
        rest.remove_prefix(std::min((length + 3) & ~std::size_t{3}, rest.size()));
    }
    if (link.size() != 6) return;
    if (address.size() == 4) {
        std::array<std::uint8_t, 4> octets{};
        std::memcpy(octets.data(), address.data(), 4);
        put(out, IpAddress::from_v4(octets), mac_of(link));
    } else if (address.size() == 16) {
        std::array<std::uint8_t, 16> octets{};
        std::memcpy(octets.data(), address.data(), 16);
        put(out, IpAddress::from_v6(octets), mac_of(link));
    }
}

}  // namespace

std::string read_mac(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c == ':' || c == '-' || c == '.') continue;
        const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
        if (!((lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'f')) || digits.size() == 12) return {};
        digits += lower;
    }
    if (digits.size() != 12 || digits.find_first_not_of('0') == digits.npos) return {};
    std::string out;
    for (std::size_t i = 0; i < 12; i += 2) out += (i == 0 ? "" : ":") + digits.substr(i, 2);
    return out;
}

Neighbours read_arp_table(std::string_view text) {
    Neighbours out;
    each_line(text, [&](std::string_view line) {
        // IP address  HW type  Flags  HW address  Mask  Device; flag 2: complete
        const auto columns = words(line);
        if (columns.size() < 4 || columns[2] == "0x0") return;
        if (const auto address = IpAddress::parse(columns[0])) put(out, *address, read_mac(columns[3]));
    });
    return out;
}

Neighbours read_ip_neigh(std::string_view text) {
    Neighbours out;
    each_line(text, [&](std::string_view line) {
        // 10.0.0.7 dev br-lan lladdr 52:54:00:12:34:56 REACHABLE
        const auto columns = words(line);
        if (columns.empty()) return;
        const auto address = IpAddress::parse(columns[0]);
        for (std::size_t i = 1; address && i + 1 < columns.size(); ++i)
            if (columns[i] == "lladdr" && columns.back() != "FAILED") put(out, *address, read_mac(columns[i + 1]));
    });
    return out;
}

bool read_neighbour_messages(std::string_view octets, Neighbours& out) {
    while (octets.size() >= header_octets) {
        const std::size_t length = number<std::uint32_t>(octets, 0);
        if (length < header_octets || length > octets.size()) return true;  // cut: nothing behind it can be read
        const auto type = number<std::uint16_t>(octets, 4);
        if (type == message_done || type == message_error) return true;
        if (type == message_neighbour) read_neighbour(octets.substr(header_octets, length - header_octets), out);
        octets.remove_prefix(std::min((length + 3) & ~std::size_t{3}, octets.size()));
    }
    return false;
}

}  // namespace postern::evidence
