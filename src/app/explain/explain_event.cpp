// SPDX-License-Identifier: Apache-2.0
#include "app/explain/explain_event.hpp"

#include "base/text.hpp"
#include "store/event_log.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace postern::app {
namespace {

std::string line(std::string_view name, const std::string& value) {
    return value.empty() ? "" : fmt::format("  {:<10} {}\n", name, printable(value));
}

std::string text_of(const store::Event& event) {
    std::string out = fmt::format("{}  {}\n", event.id, printable(event.sentence));
    out += line("when", to_rfc3339(event.at));
    out += line("measure", event.measure);
    out += line("rule", event.rule);
    out += line("verdict", event.would ? event.verdict + " (the measure only observes: it would have)" : event.verdict);
    out += line("account", event.account) + line("client", event.ip) + line("host", event.host) +
           line("machine", event.mac);
    for (const auto& [name, value] : event.details)
        out += line(name, value.is_string() ? std::string(value.get_string()) : json::serialize(value));
    return out;
}

}  // namespace

bool is_event_id(std::string_view word) {
    constexpr std::size_t length = 11;
    return word.size() == length && word.front() == 'E' &&
           std::ranges::all_of(word, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

Result<std::optional<std::string>> explain_event(std::string_view id, const std::string& data_dir) {
    const std::string path = data_dir + "/events.sqlite";
    if (data_dir.empty() || access(path.c_str(), R_OK) != 0) return std::nullopt;
    auto reader = store::EventReader::open(path);
    if (!reader) return std::unexpected(reader.error());
    const auto rows = reader->query({.id = std::string(id)});
    if (!rows) return std::unexpected(rows.error());
    if (rows->empty()) return std::nullopt;
    return text_of(rows->front().event);
}

}  // namespace postern::app
