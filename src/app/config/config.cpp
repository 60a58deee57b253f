// SPDX-License-Identifier: Apache-2.0
#include "app/config/config.hpp"

#include "app/toml/document.hpp"
#include "base/instant.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

namespace postern::app {
namespace {

using toml::Table;

struct Setting {
    std::string_view section;
    std::string_view key;
    std::string_view value;     ///< the default, or an example of a setting that has none
    bool has_default;           ///< false: absent unless given, so the example is commented out
    std::string_view sentence;  ///< with unit and range
    void (*read)(Table&, const std::string& key, Config&);
};

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

void read_timeout(Table& table, const std::string& key, Config& config) {
    const std::string text = table.text(key);
    if (text.empty()) return;
    const auto length = parse_duration(text);
    if (length && *length >= std::chrono::milliseconds(100) && *length <= std::chrono::minutes(2))
        config.timeout = *length;
    else
        table.fault(key, "config.value",
                    fmt::format("{}: {}", key, length ? "is from 100ms to 2m" : length.error().message));
}

constexpr std::array settings{
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
    Setting{"lists", "timeout", "\"5s\"", true, "How long one list may take in all; from 100ms to 2m.", &read_timeout},
    Setting{
        "lists", "commercial_use", "false", true,
        "True: lists that are free for non-commercial use only are not asked without a key.",
        [](Table& table, const std::string& key, Config& config) { config.commercial_use = table.flag(key, false); }},
    Setting{"lists", "registered", "[]", true,
            "Lists whose operators know your resolver's address, such as [\"barracuda\"].",
            [](Table& table, const std::string& key, Config& config) {
                for (std::string& name : table.texts(key)) config.registered.insert(std::move(name));
            }},
    Setting{"data", "directory", "\"/var/lib/postern\"", false, "Where health, budgets, listings and cases are kept.",
            [](Table& table, const std::string& key, Config& config) { config.data_dir = table.text(key); }},
};

void read_keys(Table& lists, Config& config) {
    const toml::Node* node = lists.table("keys");
    if (node == nullptr) return;
    for (const toml::Member& member : std::get<toml::Node::Members>(node->value)) {
        const auto* secret = std::get_if<std::string>(&member.node.value);
        const bool usable = secret != nullptr && DomainName::parse(*secret) && !secret->contains('.');
        if (usable) config.keys.emplace(member.name, *secret);
        else
            lists.fault("keys", "config.value",
                        fmt::format("the key {} is one label of letters and digits", printable(member.name)));
    }
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& source) {
    const auto document = toml::parse(text, source);
    if (!document) return std::unexpected(document.error());
    Config config;
    Table top(*document, source);
    for (const std::string section : {"dns", "lists", "data"}) {
        const toml::Node* node = top.table(section);
        if (node == nullptr) continue;
        Table table(*node, source);
        for (const Setting& setting : settings)
            if (setting.section == section) setting.read(table, std::string(setting.key), config);
        if (section == "lists") read_keys(table, config);
        if (auto finished = table.finish(); !finished) return std::unexpected(finished.error());
    }
    if (auto finished = top.finish(); !finished) return std::unexpected(finished.error());
    return config;
}

Result<Config> load_config(const std::string& path, bool must_exist) {
    if (!must_exist && access(path.c_str(), F_OK) != 0) return Config{};
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) return fail("config.unreadable", fmt::format("{}: cannot be read", path));
    return parse_config(text.str(), path);
}

std::string example_config() {
    std::string out = "# Postern's configuration. Every line shows the default; lines behind a # are examples.\n";
    std::string_view section;
    for (const Setting& setting : settings) {
        if (setting.section != section) {
            if (section == "lists")
                out += "\n# Keys of operators, by name (postern explain ZONE tells which): spamhaus-dqs = "
                       "\"...\"\n[lists.keys]\n";
            out += fmt::format("\n[{}]\n", setting.section);
        }
        section = setting.section;
        out += fmt::format("# {}\n{}{} = {}\n", setting.sentence, setting.has_default ? "" : "# ", setting.key,
                           setting.value);
    }
    return out;
}

}  // namespace postern::app
