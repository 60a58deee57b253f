// SPDX-License-Identifier: Apache-2.0
#include "app/config/config.hpp"

#include "app/config/setting.hpp"
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

std::vector<Setting> all_settings() {
    std::vector<Setting> out;
    for (const auto group : {&dns_settings, &lists_settings, &serve_settings, &gate_settings, &link_settings,
                             &egress_settings, &trap_settings})
        out.insert(out.end(), group().begin(), group().end());
    return out;
}

std::vector<std::string_view> sections(const std::vector<Setting>& settings) {
    std::vector<std::string_view> out;
    for (const Setting& setting : settings)
        if (out.empty() || out.back() != setting.section) out.push_back(setting.section);
    return out;
}

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

std::chrono::milliseconds read_duration(Table& table, const std::string& key, std::chrono::milliseconds otherwise,
                                        std::chrono::milliseconds least, std::chrono::milliseconds most) {
    const std::string text = table.text(key);
    if (text.empty()) return otherwise;
    const auto length = parse_duration(text);
    if (length && *length >= least && *length <= most) return *length;
    table.fault(key, "config.value",
                fmt::format("{}: {}", key,
                            length ? fmt::format("is from {} to {}", in_words(least), in_words(most))
                                   : length.error().message));
    return otherwise;
}

std::int64_t read_integer(Table& table, const std::string& key, std::int64_t otherwise, std::int64_t least,
                          std::int64_t most) {
    const auto value = table.integer(key);
    if (!value) return otherwise;
    if (*value >= least && *value <= most) return *value;
    table.fault(key, "config.value", fmt::format("{}: is from {} to {}", key, least, most));
    return otherwise;
}

policy::Action read_action(Table& table, const std::string& key, policy::Action otherwise,
                           std::initializer_list<policy::Action> allowed) {
    const std::string text = table.text(key, std::string(to_string(otherwise)));
    std::string names;
    for (const policy::Action one : allowed) {
        if (text == to_string(one)) return one;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", to_string(one));
    }
    table.fault(key, "config.value", fmt::format("{} is one of {}", key, names));
    return otherwise;
}

Result<Config> parse_config(std::string_view text, const std::string& source) {
    const auto document = toml::parse(text, source);
    if (!document) return std::unexpected(document.error());
    const std::vector<Setting> settings = all_settings();
    Config config;
    Table top(*document, source);
    for (const std::string_view section : sections(settings)) {
        const toml::Node* node = top.table(std::string(section));
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
    for (const Setting& setting : all_settings()) {
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
