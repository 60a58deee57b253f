// SPDX-License-Identifier: Apache-2.0
// The gate's settings, a section a measure: [gate], [malware], [spam], [filter], [identity], [ceilings]; [links] has a file of its own.
#include "app/config/setting.hpp"
#include "app/filters/load.hpp"

#include "net/socket_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::app {
namespace {

using policy::Action;
using policy::Mode;
using toml::Table;
using namespace std::chrono_literals;

Mode read_mode(Table& table, const std::string& key, Mode otherwise) {
    const std::string text = table.text(key, otherwise == Mode::enforce ? "enforce" : "observe");
    if (text != "observe" && text != "enforce")
        table.fault(key, "config.value", fmt::format("{} is observe or enforce", key));
    return text == "enforce" ? Mode::enforce : Mode::observe;
}

std::vector<Network> read_networks(Table& table, const std::string& key) {
    std::vector<Network> out;
    for (const std::string& text : table.texts(key)) {
        const auto address = IpAddress::parse(text);
        const auto network =
            address ? Result<Network>(Network::around(*address, address->bits())) : Network::parse(text);
        if (network) out.push_back(*network);
        else table.fault(key, "config.value", fmt::format("{}: {}", key, network.error().message));
    }
    return out;
}

/// An address or socket, checked; "" stays.
std::string read_door(Table& table, const std::string& key, const std::string& otherwise, std::uint16_t port) {
    std::string text = table.text(key, otherwise);
    if (text.empty()) return text;
    if (const auto address = net::SocketAddress::parse(text, port); !address)
        table.fault(key, "config.value", fmt::format("{}: {}", key, address.error().message));
    return text;
}

double read_score(Table& table, const std::string& key, double otherwise) {
    return static_cast<double>(read_integer(table, key, static_cast<std::int64_t>(otherwise), 0, 1'000));
}

void read_extensions(Table& table, const std::string& key, Config& config) {
    for (std::string& text : table.texts(key)) {
        const bool good = !text.empty() && text.size() <= 16 && std::ranges::all_of(text, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        });
        if (good) config.policy.malware.extensions.push_back(std::move(text));
        else table.fault(key, "config.value", fmt::format("{}: endings are lower case, without a dot: \"exe\"", key));
    }
}

void read_signing(Table& table, const std::string& key, Config& config) {
    for (const toml::Node* node : table.tables(key)) {
        if (!std::holds_alternative<toml::Node::Members>(node->value))
            return table.fault(key, "config.value",
                               "a signer is { domain = \"...\", selector = \"...\", key = \"/etc/postern/...\" }");
        Table entry(*node, "");
        GateConfig::Signer one{entry.required_text("domain"), entry.required_text("selector"),
                               entry.required_text("key")};
        if (const auto finished = entry.finish(); !finished)
            return table.fault(key, "config.value",
                               fmt::format("a signer is {{ domain, selector, key }}: {}", finished.error().message));
        config.gate.signers.push_back(std::move(one));
    }
}

/// Whoever may come in beside the filter: each with its reason and its last day.
void read_sources(Table& table, const std::string& key, Config& config) {
    std::vector<policy::NamedService> services;
    for (const audit::FilterService& one : builtin_filter_service_catalogue())
        services.push_back({one.id, one.spf_include});
    for (const std::string& text : table.texts(key)) {
        auto source = policy::SourceDeclaration::parse(text, services);
        if (source) config.gate.filter_sources.push_back(*std::move(source));
        else table.fault(key, "config.value", fmt::format("{}: {}", key, source.error().message));
    }
}

void read_source_exceptions(Table& table, const std::string& key, Config& config) {
    for (const toml::Node* node : table.tables(key)) {
        if (!std::holds_alternative<toml::Node::Members>(node->value))
            return table.fault(key, "config.value",
                               "an exception is { from = \"...\", reason = \"...\", until = \"2026-12-31\" }");
        Table entry(*node, "");
        const std::string from = entry.required_text("from");
        std::string reason = entry.required_text("reason");
        const auto until = read_date(entry.required_text("until"));
        if (const auto finished = entry.finish(); !finished)
            return table.fault(key, "config.value",
                               fmt::format("an exception is {{ from, reason, until }}: {}", finished.error().message));
        const auto address = IpAddress::parse(from);
        const auto network =
            address ? Result<Network>(Network::around(*address, address->bits())) : Network::parse(from);
        if (!network)
            return table.fault(key, "config.value", fmt::format("{}: from: {}", key, network.error().message));
        if (!until)
            return table.fault(key, "config.value", fmt::format("{}: until is a date such as \"2026-12-31\"", key));
        // Through the end of that day.
        config.policy.sources.exceptions.push_back({*network, std::move(reason), *until + std::chrono::days(1)});
    }
}

template <auto member>
void ceiling(Table& table, const std::string& key, Config& config) {
    auto& value = config.policy.ceilings.*member;
    value = static_cast<std::uint32_t>(read_integer(table, key, value, 0, 1'000'000));
}

constexpr std::array table{
    Setting{"gate", "milter", "\"127.0.0.1@8891\"", true,
            "Where the mail server's milter calls come in: an address or \"unix:/run/postern/milter.sock\".",
            [](Table& table, const std::string& key, Config& config) {
                config.gate.milter = read_door(table, key, config.gate.milter, 8'891);
            }},
    Setting{"gate", "policy_service", "\"\"", true,
            "Where Postfix asks in its policy protocol (check_policy_service), which shows no content: "
            "\"unix:/run/postern/policy.sock\" or an address; \"\" for none.",
            [](Table& table, const std::string& key, Config& config) {
                config.gate.policy_service = read_door(table, key, config.gate.policy_service, 8'893);
            }},
    Setting{"gate", "submission_listeners", "[\"submission\", \"submissions\", \"smtps\"]", true,
            "Names ({daemon_name}, policy_context) or ports of listeners where only the site's own people and programs "
            "send.",
            [](Table& table, const std::string& key, Config& config) {
                if (auto names = table.texts(key); !names.empty()) config.gate.submission_listeners = std::move(names);
            }},
    Setting{"gate", "senders", "[]", true,
            "Machines that send without login, each named: a scanner, an application. Never a whole private range.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.site.senders = read_networks(table, key);
                for (const Network& one : config.policy.site.senders)
                    if (one.prefix() < (one.first().is_v4() ? 24 : 64))
                        table.fault(key, "config.value",
                                    fmt::format("{}: {} is a class of machines, not one that is declared", key,
                                                one.to_string()));
            }},
    Setting{"gate", "relay", "\"enforce\"", true, "Refusing to relay for strangers (M6): enforce or observe.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.relay.mode = read_mode(table, key, Mode::enforce);
            }},
    Setting{"gate", "own_sender", "\"observe\"", true,
            "The site's own domain as sender, from outside without login: observe or enforce.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.relay.own_sender_mode = read_mode(table, key, Mode::observe);
            }},
    Setting{"gate", "login_sender", "\"observe\"", true,
            "A login that sends under a foreign address: observe or enforce.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.relay.login_sender_mode = read_mode(table, key, Mode::observe);
            }},
    Setting{"gate", "message_size", "26214400", true,
            "The largest message, in octets; from 65536 to 1073741824. Not above the mail server's own limit.",
            [](Table& table, const std::string& key, Config& config) {
                auto& size = config.policy.limits.message_octets;
                size = static_cast<std::uint64_t>(
                    read_integer(table, key, static_cast<std::int64_t>(size), 65'536, 1'073'741'824));
            }},
    Setting{"gate", "engine_alarm", "\"5m\"", true,
            "How long clamd or rspamd may give no good answer before that is an incident; from 2s to 1h.",
            [](Table& table, const std::string& key, Config& config) {
                config.gate.engine_alarm = read_duration(table, key, config.gate.engine_alarm, 2s, 1h);
            }},
    Setting{"gate", "sign", "[]", true,
            "DKIM: [{ domain = \"example.com\", selector = \"s2026\", key = \"/etc/postern/s2026.pem\" }]; postern "
            "dkim keygen makes keys.",
            &read_signing},

    Setting{"malware", "mode", "\"observe\"", true, "Viruses and attachments (M1): observe or enforce.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.malware.mode = read_mode(table, key, Mode::observe);
            }},
    Setting{"malware", "clamd", "\"\"", true,
            "clamd: \"unix:/run/clamav/clamd.ctl\" or \"127.0.0.1@3310\"; \"\" for none.",
            [](Table& table, const std::string& key, Config& config) {
                config.gate.clamd = read_door(table, key, config.gate.clamd, 3'310);
                config.policy.malware.scanner = !config.gate.clamd.empty();
            }},
    Setting{"malware", "timeout", "\"90s\"", true, "How long a scan may take in all; from 1s to 5m.",
            [](Table& table, const std::string& key, Config& config) {
                config.gate.scan_time = read_duration(table, key, config.gate.scan_time, 1s, 5min);
            }},
    Setting{
        "malware", "unscannable", "\"hold\"", true,
        "What becomes of a message that cannot be scanned (locked, too large, too deep): tag, defer, hold or refuse.",
        [](Table& table, const std::string& key, Config& config) {
            config.policy.malware.unscannable =
                read_action(table, key, Action::hold, {Action::tag, Action::defer, Action::hold, Action::refuse});
        }},
    Setting{"malware", "attachments", "\"refuse\"", true, "What becomes of dangerous attachments: tag, hold or refuse.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.malware.attachments =
                    read_action(table, key, Action::refuse, {Action::tag, Action::hold, Action::refuse});
            }},
    Setting{"malware", "locked_archives", "\"tag\"", true,
            "What becomes of archives with a password: accept, tag, hold or refuse.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.malware.locked_archives =
                    read_action(table, key, Action::tag, {Action::accept, Action::tag, Action::hold, Action::refuse});
            }},
    Setting{"malware", "extensions", "[]", true,
            "Endings of file names that are dangerous, such as [\"exe\", \"js\"]; empty: the built-in ones.",
            &read_extensions},

    Setting{"spam", "mode", "\"observe\"", true, "Spam (M3): observe or enforce.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.spam.mode = read_mode(table, key, Mode::observe);
            }},
    Setting{"spam", "rspamd", "\"\"", true, "rspamd's worker, such as \"127.0.0.1@11333\"; \"\" for none.",
            [](Table& table, const std::string& key, Config& config) {
                config.gate.rspamd = read_door(table, key, config.gate.rspamd, 11'333);
                config.policy.spam.filter = !config.gate.rspamd.empty();
            }},
    Setting{"spam", "timeout", "\"20s\"", true, "How long rspamd may take; from 1s to 2m.",
            [](Table& table, const std::string& key, Config& config) {
                config.gate.spam_time = read_duration(table, key, config.gate.spam_time, 1s, 2min);
            }},
    Setting{"spam", "tag_in", "6", true, "From this score on, mail that comes in is tagged; 0 never.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.spam.inbound.tag = read_score(table, key, 6);
            }},
    Setting{"spam", "refuse_in", "15", true, "From this score on it is refused; 0 never.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.spam.inbound.refuse = read_score(table, key, 15);
            }},
    Setting{"spam", "hold_out", "8", true,
            "From this score on, mail that leaves is held; 0 never. Logins get no discount.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.spam.outbound.hold = read_score(table, key, 8);
            }},
    Setting{"spam", "refuse_out", "15", true, "From this score on it is refused; 0 never.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.spam.outbound.refuse = read_score(table, key, 15);
            }},

    Setting{"filter", "mode", "\"observe\"", true,
            "Inbound mail only from a filtering service (M4): observe or enforce.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.sources.mode = read_mode(table, key, Mode::observe);
            }},
    Setting{"filter", "sources", "[]", true,
            "Whence it delivers: networks, host names, \"service:spamexperts\" (data/filter-services.toml) or "
            "\"spf:filter.example\"; looked up anew as their TTLs end. Empty: no service is in front.",
            &read_sources},
    Setting{"filter", "exceptions", "[]", true,
            "Others who may come in: [{ from = \"192.0.2.7\", reason = \"...\", until = \"2026-12-31\" }].",
            &read_source_exceptions},
    Setting{"filter", "stage", "\"defer\"", true,
            "What others get once it is enforced: accept (only logged), defer or refuse.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.sources.stage =
                    read_action(table, key, Action::defer, {Action::accept, Action::defer, Action::refuse});
            }},

    Setting{"identity", "mode", "\"observe\"", true, "Greetings and header fields (M5): observe or enforce.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.identity.mode = read_mode(table, key, Mode::observe);
            }},
    Setting{"identity", "add_missing_fields", "true", true,
            "Adds Date and Message-ID to outgoing mail that lacks them.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.identity.add_missing_fields = table.flag(key, true);
            }},
    Setting{"identity", "masquerade", "[]", true,
            "Domains whose host names leave as the domain itself: [\"example.com\"] makes anna@pc7.example.com "
            "anna@example.com, once postern masquerade --preview was looked at and confirmed.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.identity.masquerade = table.texts(key);
                for (const std::string& text : config.policy.identity.masquerade)
                    if (const auto name = DomainName::parse(text); !name)
                        table.fault(key, "config.value", fmt::format("{}: {}", key, name.error().message));
            }},
    Setting{"identity", "learnt_senders", "\"observe\"", true,
            "A login that sends under an address it was not seen to use (postern logins list): observe or enforce.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.identity.learning.mode = read_mode(table, key, Mode::observe);
            }},
    Setting{"identity", "learning_time", "\"14d\"", true,
            "How long a login is learnt from its first message on, in whole days; from 1d to 90d.",
            [](Table& table, const std::string& key, Config& config) {
                auto& time = config.policy.identity.learning.time;
                time = read_duration(table, key, time, std::chrono::days(1), std::chrono::days(90));
                if (time % std::chrono::days(1) != 0ms)
                    table.fault(key, "config.value", fmt::format("{}: whole days, such as \"14d\"", key));
            }},
    Setting{"identity", "learning_days", "3", true,
            "On how many different days (UTC) an address must be used until it is usual, and a login until it is "
            "learnt; from 2 to 30.",
            [](Table& table, const std::string& key, Config& config) {
                auto& days = config.policy.identity.learning.days;
                days = static_cast<std::uint32_t>(read_integer(table, key, days, 2, 30));
            }},

    Setting{"ceilings", "mode", "\"observe\"", true, "How much one sender may send (MC): observe or enforce.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.ceilings.mode = read_mode(table, key, Mode::observe);
            }},
    Setting{"ceilings", "alert_per_hour", "100", true, "Recipients in an hour from which people are told; 0 never.",
            &ceiling<&policy::CeilingSettings::alert_per_hour>},
    Setting{"ceilings", "hold_per_hour", "500", true, "Recipients in an hour from which mail is held; 0 never.",
            &ceiling<&policy::CeilingSettings::hold_per_hour>},
    Setting{"ceilings", "hold_per_day", "1000", true, "The same for a day.",
            &ceiling<&policy::CeilingSettings::hold_per_day>},
    Setting{"ceilings", "hold_new_per_day", "200", true,
            "Recipients in a day that the sender never wrote to before, from which mail is held; 0 never.",
            &ceiling<&policy::CeilingSettings::hold_new_per_day>},
};

}  // namespace

std::span<const Setting> gate_settings() { return table; }

}  // namespace postern::app
