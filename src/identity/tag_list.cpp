// SPDX-License-Identifier: Apache-2.0
#include "identity/tag_list.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace postern::identity {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_tag_name(std::string_view name) {
    return !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0 &&
           std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

}  // namespace

std::optional<std::string_view> TagList::find(std::string_view name) const {
    for (const Tag& tag : tags)
        if (tag.name == name) return tag.value;
    return std::nullopt;
}

std::string_view TagList::get(std::string_view name, std::string_view otherwise) const {
    return find(name).value_or(otherwise);
}

Result<TagList> parse_tag_list(std::string_view text) {
    TagList list;
    while (!trimmed(text).empty()) {
        const auto end = std::min(text.find(';'), text.size());
        const std::string_view tag = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto equals = tag.find('=');
        const std::string_view name = trimmed(tag.substr(0, equals));
        if (equals == tag.npos || !is_tag_name(name))
            return fail("tag_list.malformed", fmt::format("\"{}\" is no tag=value", printable(tag, 64)));
        if (list.find(name)) return fail("tag_list.duplicate", fmt::format("the tag {} stands twice", name));
        list.tags.push_back({std::string(name), std::string(trimmed(tag.substr(equals + 1)))});
    }
    return list;
}

std::string without_blanks(std::string_view text) {
    std::string out(text);
    std::erase_if(out, [](char c) { return blanks.contains(c); });
    return out;
}

std::vector<std::string> items(std::string_view text, char separator) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        if (const auto item = trimmed(text.substr(0, end)); !item.empty()) out.emplace_back(item);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace postern::identity
