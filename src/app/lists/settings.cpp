// SPDX-License-Identifier: Apache-2.0
#include "app/lists/settings.hpp"

#include "app/catalogue/load.hpp"
#include "base/instant.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace postern::app {
namespace {

using namespace reputation;

Result<void> read_tiers(const std::string& text, std::set<int>& tiers) {
    tiers.clear();
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');) {
        if (word.size() != 1 || word[0] < '0' || word[0] > '3')
            return bad_option("--tier", text, "tiers are 0, 1, 2 and 3, separated by commas");
        tiers.insert(word[0] - '0');
    }
    if (tiers.empty()) return bad_option("--tier", text, "tiers are 0, 1, 2 and 3, separated by commas");
    return {};
}

/// One zone a line; a known zone keeps what the catalogue knows of it, a dead one is an error with its story.
Result<std::vector<List>> read_zones_file(const std::string& path, const Catalogue& catalogue) {
    std::ifstream file(path);
    if (!file) return bad_option("--zones-file", path, "cannot be read");
    std::vector<List> lists;
    std::size_t number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        line.erase(line.find_last_not_of(" \t\r") + 1);
        line.erase(0, line.find_first_not_of(" \t"));
        if (line.empty() || line.starts_with('#')) continue;
        auto zone = DomainName::parse(line);
        if (!zone)
            return fail("usage",
                        fmt::format("{}:{}: \"{}\": {}", path, number, printable(line, 128), zone.error().message));
        if (const DeadZone* dead = catalogue.find_dead(*zone))
            return fail("usage", fmt::format("{}:{}: {} is dead: {}", path, number, zone->text(), dead->story));
        const auto known = catalogue.find(*zone);
        lists.push_back(known && known->part == nullptr ? *known->list : own_zone(*zone));
        lists.back().own = true;
    }
    if (lists.empty()) return bad_option("--zones-file", path, "names no zone");
    return lists;
}

Result<void> read_catalogue(const Invocation& invocation, ListsSettings& settings) {
    settings.catalogue = builtin_catalogue();
    if (const auto path = invocation.value("--catalogue")) {
        const auto text = read_file("--catalogue", *path);
        if (!text) return std::unexpected(text.error());
        auto own = parse_catalogue(*text, *path);
        if (!own) return std::unexpected(own.error());
        settings.catalogue.overlay(*std::move(own));
    }
    return {};
}

Result<void> read_selection(const Invocation& invocation, ListsSettings& settings) {
    if (const auto tiers = invocation.value("--tier"))
        if (auto read = read_tiers(*tiers, settings.wishes.tiers); !read) return read;
    settings.wishes.all = invocation.has("--all");
    for (const std::string& text : invocation.values("--list")) {
        auto zone = DomainName::parse(text);
        if (!zone) return bad_option("--list", text, zone.error().message);
        settings.wishes.named.push_back(*std::move(zone));
    }
    if (const auto path = invocation.value("--zones-file")) {
        auto own = read_zones_file(*path, settings.catalogue);
        if (!own) return std::unexpected(own.error());
        settings.own = *std::move(own);
        settings.public_lists = invocation.has("--tier") || invocation.has("--all") || invocation.has("--list");
    }
    return {};
}

}  // namespace

Result<ListsSettings> read_lists_settings(const Invocation& invocation) {
    ListsSettings settings;
    auto config = read_config(invocation);
    if (!config) return std::unexpected(config.error());
    settings.timeout = config->timeout;
    settings.wishes.commercial = config->commercial_use;
    settings.wishes.registered = config->registered;
    settings.wishes.keys = config->keys;
    if (auto read = read_catalogue(invocation, settings); !read) return std::unexpected(read.error());
    if (auto read = read_selection(invocation, settings); !read) return std::unexpected(read.error());
    auto resolver = read_resolver_options(invocation, *config);
    if (!resolver) return std::unexpected(resolver.error());
    settings.resolver = *std::move(resolver);
    settings.own_dns =
        !settings.resolver.servers.empty() || !settings.resolver.root_hints.empty() || !settings.resolver.stubs.empty();
    const auto timeout = read_timeout(invocation, settings.timeout);
    if (!timeout) return std::unexpected(timeout.error());
    settings.timeout = *timeout;
    settings.format = invocation.value("--format").value_or("text");
    settings.quiet = invocation.has("--quiet");
    settings.data_dir = data_directory(invocation, *config);
    return settings;
}

}  // namespace postern::app
