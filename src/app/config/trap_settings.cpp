// SPDX-License-Identifier: Apache-2.0
#include "app/config/setting.hpp"

#include <fmt/format.h>

#include <array>

namespace postern::app {
namespace {

using toml::Table;
using namespace std::chrono_literals;

void read_doors(Table& table, const std::string& key, Config& config) {
    for (const std::string& text : table.texts(key)) {
        const auto address = net::SocketAddress::parse(text, config.egress.trap_port);
        if (address) config.trap.listen.push_back(*address);
        else table.fault(key, "config.value", fmt::format("{}: {}", key, address.error().message));
    }
}

void read_resolver(Table& table, const std::string& key, Config& config) {
    const std::string text = table.text(key);
    if (text.empty()) return;
    const auto server = net::Endpoint::parse(text, 53);
    if (server) config.trap.resolver = *server;
    else table.fault(key, "config.value", fmt::format("{}: {}", key, server.error().message));
}

void read_syslog(Table& table, const std::string& key, Config& config) {
    const std::string text = table.text(key);
    if (text.empty()) return;
    const auto endpoint = net::Endpoint::parse(text, 514);
    if (endpoint) config.trap.syslog = *endpoint;
    else table.fault(key, "config.value", fmt::format("{}: {}", key, endpoint.error().message));
}

void read_routers(Table& table, const std::string& key, Config& config) {
    for (const std::string& text : table.texts(key)) {
        const auto ip = IpAddress::parse(text);
        if (ip) config.trap.syslog_from.push_back(*ip);
        else table.fault(key, "config.value", fmt::format("{}: {}", key, ip.error().message));
    }
}

void read_webhook(Table& table, const std::string& key, Config& config) {
    config.trap.webhook = table.text(key);
    const std::string& url = config.trap.webhook;
    if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
        table.fault(key, "config.value", fmt::format("{}: begins with https:// or http://", key));
}

constexpr std::array settings{
    Setting{"trap", "listen", "[]", true,
            "Where it listens, such as [\"0.0.0.0@2526\", \"[::]@2526\"]; empty: on every address, port trap_port of "
            "[egress].",
            &read_doors},
    Setting{"trap", "name", "\"localhost\"", true, "The name in its greeting.",
            [](Table& table, const std::string& key, Config& config) {
                config.trap.name = table.text(key, config.trap.name);
            }},
    Setting{"trap", "direct", "false", true,
            "Takes connections too that no rule of this host redirected (a router sends them here by itself).",
            [](Table& table, const std::string& key, Config& config) {
                config.trap.direct = table.flag(key, config.trap.direct);
            }},
    Setting{"trap", "sessions", "9000", true, "Conversations at once, in all; from 10 to 100000.",
            [](Table& table, const std::string& key, Config& config) {
                config.trap.sessions = static_cast<std::size_t>(
                    read_integer(table, key, static_cast<std::int64_t>(config.trap.sessions), 10, 100'000));
            }},
    Setting{"trap", "sessions_per_address", "200", true, "Of them from one address; from 1 to 100000.",
            [](Table& table, const std::string& key, Config& config) {
                config.trap.sessions_per_address = static_cast<std::size_t>(
                    read_integer(table, key, static_cast<std::int64_t>(config.trap.sessions_per_address), 1, 100'000));
            }},
    Setting{"trap", "show_recipients", "false", true,
            "Keeps recipients and subjects as they are, instead of \"a***@example.com\" and a length.",
            [](Table& table, const std::string& key, Config& config) {
                config.trap.show_recipients = table.flag(key, config.trap.show_recipients);
            }},
    Setting{"trap", "keep", "\"30d\"", true, "How long an offender stays on record; from 1d to 366d.",
            [](Table& table, const std::string& key, Config& config) {
                config.trap.keep =
                    read_duration(table, key, config.trap.keep, std::chrono::days(1), std::chrono::days(366));
            }},
    Setting{"trap", "leases", "[]", true, "Lease files of dnsmasq, Kea or ISC dhcpd; empty: those in the usual places.",
            [](Table& table, const std::string& key, Config& config) { config.trap.leases = table.texts(key); }},
    Setting{"trap", "syslog", "\"192.0.2.1@514\"", false,
            "Takes a router's log of denied connections there, over UDP: for where no redirect is possible.",
            &read_syslog},
    Setting{"trap", "syslog_from", "[]", true, "The routers whose datagrams are believed; empty: of everybody.",
            &read_routers},
    Setting{"trap", "resolver", "\"192.0.2.53\"", false,
            "The site's own resolver, asked for reverse names of offenders. Absent: the system's.", &read_resolver},
    Setting{"trap", "webhook", "\"https://alerts.example.com/postern\"", false,
            "Told of each incident by POST, as JSON: at once, then at most once an hour for each offender.",
            &read_webhook},
};

}  // namespace

std::span<const Setting> trap_settings() { return settings; }

}  // namespace postern::app
