// SPDX-License-Identifier: Apache-2.0
#include "app/config/setting.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace postern::app {
namespace {

using toml::Table;

/// "192.0.2.1" or "192.0.2.0/24".
Result<Network> read_network(std::string_view text) {
    if (text.contains('/')) return Network::parse(text);
    const auto address = IpAddress::parse(text);
    if (!address) return std::unexpected(address.error());
    return Network::around(*address, address->bits());
}

std::vector<Network> read_networks(Table& table, const std::string& key) {
    std::vector<Network> out;
    for (const std::string& text : table.texts(key)) {
        if (const auto network = read_network(text)) out.push_back(*network);
        else table.fault(key, "config.value", fmt::format("{}: {}", key, network.error().message));
    }
    return out;
}

std::vector<std::string> read_interfaces(Table& table, const std::string& key) {
    std::vector<std::string> names = table.texts(key);
    for (const std::string& name : names)
        if (!egress::is_interface_name(name))
            table.fault(key, "config.value", fmt::format("{}: {} is no name of an interface", key, printable(name)));
    return names;
}

template <class Value, std::size_t n>
Value read_choice(Table& table, const std::string& key, const std::array<Value, n>& choices, Value otherwise) {
    const std::string text = table.text(key, std::string(egress::to_string(otherwise)));
    std::string names;
    for (const Value choice : choices) {
        if (text == egress::to_string(choice)) return choice;
        names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", egress::to_string(choice));
    }
    table.fault(key, "config.value", fmt::format("{} is one of {}", key, names));
    return otherwise;
}

void read_exceptions(Table& table, const std::string& key, Config& config) {
    for (const toml::Node* node : table.tables(key)) {
        if (!std::holds_alternative<toml::Node::Members>(node->value)) {
            table.fault(key, "config.value",
                        "an exception is { from = \"...\", reason = \"...\", until = \"2026-12-31\" }");
            return;
        }
        Table entry(*node, "");
        const std::string from = entry.required_text("from"), to = entry.text("to");
        egress::Exception one{
            .source = Network::around({}, 32), .destination = {}, .reason = entry.required_text("reason"), .until = {}};
        const auto until = read_date(entry.required_text("until"));
        if (const auto finished = entry.finish(); !finished)
            return table.fault(
                key, "config.value",
                fmt::format("an exception is {{ from, to, reason, until }}: {}", finished.error().message));
        const auto source = read_network(from);
        if (!source) return table.fault(key, "config.value", fmt::format("{}: from: {}", key, source.error().message));
        if (!until)
            return table.fault(key, "config.value", fmt::format("{}: until is a date such as \"2026-12-31\"", key));
        one.source = *source;
        one.until = *until;
        if (!to.empty()) {
            const auto destination = read_network(to);
            if (!destination)
                return table.fault(key, "config.value", fmt::format("{}: to: {}", key, destination.error().message));
            one.destination = *destination;
        }
        config.egress.exceptions.push_back(std::move(one));
    }
}

void read_ports(Table& table, const std::string& key, Config& config) {
    const std::vector<std::string> texts = table.texts(key);
    if (texts.empty()) return;
    config.egress.ports.clear();
    for (const std::string& text : texts) {
        std::uint16_t port = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (fault != std::errc{} || end != text.data() + text.size() || port == 0)
            return table.fault(key, "config.value", fmt::format("{} are numbers in quotes, such as [\"25\"]", key));
        config.egress.ports.push_back(port);
    }
}

constexpr std::array table{
    Setting{"site", "domains", "[]", true, "The organisation's mail domains, such as [\"example.com\"].",
            [](Table& table, const std::string& key, Config& config) {
                for (const std::string& text : table.texts(key)) {
                    if (const auto name = DomainName::parse(text)) config.site.domains.push_back(*name);
                    else table.fault(key, "config.value", fmt::format("{}: {}", key, name.error().message));
                }
                config.policy.site.domains = config.site.domains;
            }},
    Setting{"site", "networks", "[]", true,
            "Networks inside: offices, guests, VPN, servers, containers, IPv4 and IPv6, such as [\"10.0.0.0/8\", "
            "\"2001:db8:5::/48\"].",
            [](Table& table, const std::string& key, Config& config) {
                config.egress.inside = config.site.networks = read_networks(table, key);
            }},
    Setting{"site", "mail_servers", "[]", true,
            "The mail servers' addresses as this network sees them, inside of any address translation; IPv6 too.",
            [](Table& table, const std::string& key, Config& config) {
                config.egress.mail_servers = config.site.mail_servers = read_networks(table, key);
            }},
    Setting{"egress", "mode", "\"host\"", true,
            "router: this machine forwards for the networks inside; host: it is the mail server itself.",
            [](Table& table, const std::string& key, Config& config) {
                config.egress.mode =
                    read_choice(table, key, std::array{egress::Mode::router, egress::Mode::host}, egress::Mode::host);
            }},
    Setting{
        "egress", "action", "\"log\"", true,
        "What happens to others' port 25: log (only written down: begin with it), trap (led to the trap, which names "
        "them), reject.",
        [](Table& table, const std::string& key, Config& config) {
            config.egress.action =
                read_choice(table, key, std::array{egress::Action::log, egress::Action::trap, egress::Action::reject},
                            egress::Action::log);
        }},
    Setting{
        "egress", "mta_users", "[]", true,
        "Users of this machine who may open port 25: the mail server's, such as [\"postfix\"] or [\"Debian-exim\"].",
        [](Table& table, const std::string& key, Config& config) {
            for (std::string& name : table.texts(key)) config.egress.mta_users.push_back({std::move(name), 0});
        }},
    Setting{
        "egress", "mta_cgroup", "\"system.slice/sendmail.service\"", false,
        "A service that may, beside these users; for servers that deliver as root. Used only where the path exists.",
        [](Table& table, const std::string& key, Config& config) {
            config.egress.cgroup = table.text(key);
            if (!config.egress.cgroup.empty() && !egress::is_cgroup_path(config.egress.cgroup))
                table.fault(key, "config.value",
                            fmt::format("{} is a path below /sys/fs/cgroup, without a slash in front", key));
        }},
    Setting{
        "egress", "mail_interfaces", "[]", true,
        "Interfaces behind which the mail servers stand; an address of theirs is believed only there. Empty: anywhere.",
        [](Table& table, const std::string& key, Config& config) {
            config.egress.mail_interfaces = read_interfaces(table, key);
        }},
    Setting{"egress", "inside_interfaces", "[]", true,
            "Interfaces of the inside, tunnels and container bridges, such as [\"eth1\", \"tun*\", \"docker0\"]: "
            "whence the "
            "trap takes.",
            [](Table& table, const std::string& key, Config& config) {
                config.egress.inside_interfaces = read_interfaces(table, key);
            }},
    Setting{"egress", "outside_interface", "\"eth0\"", false,
            "The interface towards the internet; for exports that need it.",
            [](Table& table, const std::string& key, Config& config) {
                config.egress.outside_interface = table.text(key);
                if (!config.egress.outside_interface.empty() &&
                    !egress::is_interface_name(config.egress.outside_interface))
                    table.fault(key, "config.value", fmt::format("{} is no name of an interface", key));
            }},
    Setting{"egress", "exceptions", "[]", true,
            "Others who may: [{ from = \"10.0.0.9\", to = \"198.51.100.7\", reason = \"...\", until = \"2026-12-31\" "
            "}]; to may be "
            "left out.",
            &read_exceptions},
    Setting{"egress", "submission", "\"open\"", true,
            "465 and 587 outside, where a login is wanted: open, servers (only submission_servers), shut.",
            [](Table& table, const std::string& key, Config& config) {
                config.egress.submission = read_choice(
                    table, key,
                    std::array{egress::Submission::open, egress::Submission::servers, egress::Submission::shut},
                    egress::Submission::open);
            }},
    Setting{"egress", "submission_servers", "[]", true, "Whom everybody may reach on 465 and 587.",
            [](Table& table, const std::string& key, Config& config) {
                config.egress.submission_servers = read_networks(table, key);
            }},
    Setting{"egress", "ports", "[\"25\"]", true, "What counts as port 25; of 25, 26, 465, 587, 2525.", &read_ports},
    Setting{"egress", "trap_port", "2526", true, "Where the trap listens; from 1 to 65535.",
            [](Table& table, const std::string& key, Config& config) {
                config.egress.trap_port =
                    static_cast<std::uint16_t>(read_integer(table, key, config.egress.trap_port, 1, 65'535));
            }},
    Setting{"egress", "log_per_second", "5", true,
            "Lines that the kernel's log takes in a second at most; from 1 to 1000.",
            [](Table& table, const std::string& key, Config& config) {
                config.egress.log_per_second =
                    static_cast<std::uint32_t>(read_integer(table, key, config.egress.log_per_second, 1, 1'000));
            }},
};

}  // namespace

std::optional<std::chrono::sys_days> read_date(std::string_view text) {
    int year = 0;
    unsigned month = 0, day = 0;
    const auto part = [&](std::size_t at, std::size_t length, auto& value) {
        const auto [end, fault] = std::from_chars(text.data() + at, text.data() + at + length, value);
        return fault == std::errc{} && end == text.data() + at + length;
    };
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !part(0, 4, year) || !part(5, 2, month) ||
        !part(8, 2, day))
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

std::span<const Setting> egress_settings() { return table; }

}  // namespace postern::app
