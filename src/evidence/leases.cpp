// SPDX-License-Identifier: Apache-2.0
#include "evidence/leases.hpp"

#include "evidence/neighbours.hpp"
#include "evidence/scan.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace postern::evidence {
namespace {

void put(Leases& out, const IpAddress& address, std::string mac, std::string_view name) {
    if (name == "*") name = {};  // dnsmasq's word for none
    if (out.size() < max_leases || out.contains(address))
        out[address] = {std::move(mac), std::string(name.substr(0, max_lease_name))};
}

template <class Take>
void each_line(std::string_view text, Take take) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        take(trimmed(text.substr(0, end)));
        if (end == text.npos) break;
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string_view> split(std::string_view line, char mark) {
    std::vector<std::string_view> out;
    while (out.size() < 32) {
        const auto end = line.find(mark);
        out.push_back(line.substr(0, end));
        if (end == line.npos) break;
        line.remove_prefix(end + 1);
    }
    return out;
}

Leases read_dnsmasq(std::string_view text) {
    Leases out;
    each_line(text, [&](std::string_view line) {
        const auto columns = split(line, ' ');
        if (columns.size() < 4) return;
        // IPv6 lines have an association's number where IPv4 lines have the MAC.
        if (const auto address = IpAddress::parse(columns[2])) put(out, *address, read_mac(columns[1]), columns[3]);
    });
    return out;
}

Leases read_kea(std::string_view text) {
    Leases out;
    std::vector<std::string_view> names;
    each_line(text, [&](std::string_view line) {
        const auto columns = split(line, ',');
        if (names.empty()) {
            names = columns;
            return;
        }
        const auto column = [&](std::string_view name) -> std::string_view {
            const auto at = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
            return at < columns.size() ? columns[at] : std::string_view{};
        };
        const auto address = IpAddress::parse(column("address"));
        if (!address) return;
        std::string_view name = column("hostname");
        if (name.ends_with('.')) name.remove_suffix(1);
        // State 1: the address was declined, so another machine has it.
        if (column("state") == "1") out.erase(*address);
        else put(out, *address, read_mac(column("hwaddr")), name);
    });
    return out;
}

Leases read_isc(std::string_view text) {
    Leases out;
    std::optional<IpAddress> address;
    std::string mac, name;
    each_line(text, [&](std::string_view line) {
        if (line.starts_with("lease ")) {
            const auto parsed = IpAddress::parse(trimmed(before(line.substr(6), "{")));
            address = parsed ? std::optional(*parsed) : std::nullopt;
            mac.clear();
            name.clear();
        } else if (line.starts_with("hardware ethernet ")) {
            mac = read_mac(before(line.substr(18), ";"));
        } else if (line.starts_with("client-hostname ")) {
            name = between(line, "\"", "\"");
        } else if (line == "}" && address) {
            put(out, *address, mac, name);
            address.reset();
        }
    });
    return out;
}

}  // namespace

Leases read_leases(std::string_view text) {
    if (trimmed(text).starts_with("address,")) return read_kea(text);
    if (text.starts_with("lease ") || text.contains("\nlease ")) return read_isc(text);
    return read_dnsmasq(text);
}

}  // namespace postern::evidence
