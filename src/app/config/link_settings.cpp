// SPDX-License-Identifier: Apache-2.0
// [links]: which lists of domains are asked about a message's links (M3), and what a listing changes.
#include "app/catalogue/load.hpp"
#include "app/config/setting.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>

namespace postern::app {
namespace {

using policy::Action;
using policy::Mode;
using toml::Table;
using namespace std::chrono_literals;

constexpr std::size_t max_names = 50;

std::vector<DomainName> read_names(Table& table, const std::string& key) {
    std::vector<DomainName> out;
    for (const std::string& text : table.texts(key)) {
        auto name = DomainName::parse(text);
        if (!name)
            table.fault(key, "config.value", fmt::format("{}: {}: {}", key, printable(text), name.error().message));
        else if (out.size() >= max_names)
            table.fault(key, "config.value", fmt::format("{}: at most {} names", key, max_names));
        else out.push_back(*std::move(name));
    }
    return out;
}

/// Zones of the catalogue that list domains; a dead one with its story.
void read_lists(Table& table, const std::string& key, Config& config) {
    config.gate.link_lists = read_names(table, key);
    if (config.gate.link_lists.empty()) return;
    const reputation::Catalogue catalogue = builtin_catalogue();
    for (const DomainName& zone : config.gate.link_lists) {
        const auto found = catalogue.find(zone);
        if (const reputation::DeadZone* dead = catalogue.find_dead(zone))
            table.fault(key, "config.value", fmt::format("{}: {} is dead: {}", key, zone.text(), dead->story));
        else if (!found)
            table.fault(
                key, "config.value",
                fmt::format("{}: {} is not in the catalogue; own lists stand in [links] zones", key, zone.text()));
        else if (!found->list->takes(reputation::Kind::domain) || found->list->role != reputation::Role::block)
            table.fault(key, "config.value", fmt::format("{}: {} lists no bad domains", key, zone.text()));
    }
}

void read_link_mode(Table& table, const std::string& key, Config& config) {
    const std::string text = table.text(key, "off");
    policy::LinkSettings& links = config.policy.links;
    links.asked = text != "off";
    links.mode = text == "enforce" ? Mode::enforce : Mode::observe;
    if (text != "off" && text != "observe" && text != "enforce")
        table.fault(key, "config.value", fmt::format("{} is off, observe or enforce", key));
}

constexpr std::array table{
    Setting{"links", "mode", "\"off\"", true,
            "Asks lists of domains where links lead (M3): off, observe or enforce. Their operators learn whom your "
            "people write about, and most want a key for commercial use ([lists] commercial_use, [lists.keys]).",
            &read_link_mode},
    Setting{"links", "lists", "[]", true,
            "Lists of the catalogue, such as [\"dbl.spamhaus.org\"]; empty: those that most or many receivers look at. "
            "Asked within each operator's daily budget.",
            &read_lists},
    Setting{
        "links", "zones", "[]", true,
        "Lists of your own, on a local rbldnsd, say ([dns] stubs leads there): asked without bound, and only these "
        "unless lists names others.",
        [](Table& table, const std::string& key, Config& config) { config.gate.link_zones = read_names(table, key); }},
    Setting{"links", "inbound", "\"tag\"", true,
            "What a message that comes in gets for a listed link: tag, hold or refuse.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.links.inbound =
                    read_action(table, key, Action::tag, {Action::tag, Action::hold, Action::refuse});
            }},
    Setting{"links", "outbound", "\"hold\"", true, "What one that leaves gets: tag, hold or refuse.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.links.outbound =
                    read_action(table, key, Action::hold, {Action::tag, Action::hold, Action::refuse});
            }},
    Setting{"links", "domains", "20", true,
            "How many domains of one message are asked about, chosen at random of more; from 1 to 50.",
            [](Table& table, const std::string& key, Config& config) {
                auto& most = config.policy.links.domains;
                most = static_cast<std::size_t>(read_integer(table, key, static_cast<std::int64_t>(most), 1, 50));
            }},
    Setting{"links", "ignore", "[]", true,
            "Domains that are never asked about, with all below; those of [site] are not either.",
            [](Table& table, const std::string& key, Config& config) {
                config.policy.links.ignored = read_names(table, key);
            }},
    Setting{"links", "timeout", "\"3s\"", true,
            "How long a message waits for all lists together; from 200ms to 30s. What they did not say is unknown.",
            [](Table& table, const std::string& key, Config& config) {
                config.gate.link_time = read_duration(table, key, config.gate.link_time, 200ms, 30s);
            }},
};

}  // namespace

std::span<const Setting> link_settings() { return table; }

}  // namespace postern::app
