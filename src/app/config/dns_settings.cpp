// SPDX-License-Identifier: Apache-2.0
#include "app/config/setting.hpp"

#include <fmt/format.h>

#include <array>

namespace postern::app {
namespace {

using toml::Table;

void read_servers(Table& table, const std::string& key, Config& config) {
    for (const std::string& text : table.texts(key)) {
        const auto server = net::Endpoint::parse(text, 53);
        if (server) config.dns.servers.push_back(*server);
        else table.fault(key, "config.value", fmt::format("{}: {}", key, server.error().message));
    }
}

void read_stubs(Table& table, const std::string& key, Config& config) {
    for (const std::string& text : table.texts(key)) {
        const auto stub = net::parse_stub(text);
        if (stub) config.dns.stubs.push_back(*stub);
        else table.fault(key, "config.value", fmt::format("{}: {}", key, stub.error().message));
    }
}

constexpr std::array table{
    Setting{"dns", "resolvers", "[]", true,
            "Resolvers to forward every question to, such as [\"192.0.2.53\", \"2001:db8::53@5353\"]; empty: own "
            "recursion.",
            &read_servers},
    Setting{"dns", "root_hints", "\"/etc/postern/root.hints\"", false, "File with the root servers to begin at.",
            [](Table& table, const std::string& key, Config& config) { config.dns.root_hints = table.text(key); }},
    Setting{"dns", "trust_anchor", "\"/usr/share/dns/root.key\"", false, "File with the keys to validate from.",
            [](Table& table, const std::string& key, Config& config) { config.dns.trust_anchor = table.text(key); }},
    Setting{"dns", "stubs", "[]", true,
            "Zones asked at their own server, such as [\"bl.example.org=192.0.2.54@5353\"].", &read_stubs},
};

}  // namespace

std::span<const Setting> dns_settings() { return table; }

}  // namespace postern::app
