// SPDX-License-Identifier: Apache-2.0
#include "wire/message.hpp"

#include "base/ascii_case.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::wire {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The field's lines from the start of `octets`: up to and with the last CRLF that no blank follows.
std::string_view take_field(std::string_view octets) {
    std::size_t end = 0;
    do {
        const auto line = octets.find("\r\n", end);
        if (line == octets.npos) return octets;
        end = line + 2;
    } while (end < octets.size() && (octets[end] == ' ' || octets[end] == '\t'));
    return octets.substr(0, end);
}

/// Behind the closing quote of the string that opens at `at`; an escaped quote closes nothing (RFC 5322 3.2.4). Unclosed: the end.
std::size_t quoted_end(std::string_view value, std::size_t at) {
    for (++at; at < value.size(); ++at) {
        if (value[at] == '\\') ++at;
        else if (value[at] == '"') return at + 1;
    }
    return value.size();
}

}  // namespace

std::string_view HeaderField::body() const { return std::string_view(raw).substr(raw.find(':') + 1); }

std::string HeaderField::value() const {
    std::string out;
    for (const char c : trimmed(body()))
        if (c != '\r' && c != '\n') out += c;
    return out;
}

std::vector<const HeaderField*> Message::all(std::string_view name) const {
    std::vector<const HeaderField*> found;
    for (const HeaderField& field : fields)
        if (field.name == name) found.push_back(&field);
    return found;
}

const HeaderField* Message::first(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &HeaderField::name);
    return found == fields.end() ? nullptr : &*found;
}

Result<Message> parse_message(std::string_view octets) {
    Message message;
    std::size_t header = 0, line = 1;
    while (!octets.empty()) {
        if (octets.starts_with("\r\n")) {
            message.body = octets.substr(2);
            return message;
        }
        const std::string_view field = take_field(octets);
        header += field.size();
        if (header > max_header_octets)
            return fail("message.header.too_long",
                        fmt::format("the header is longer than {} octets", max_header_octets));
        if (message.fields.size() == max_header_fields)
            return fail("message.header.too_many_fields",
                        fmt::format("the header has more than {} fields", max_header_fields));
        const auto colon = field.find(':');
        const std::string_view name = trimmed(field.substr(0, colon));
        if (colon == field.npos || name.empty() ||
            std::ranges::any_of(name, [](char c) { return c <= ' ' || c > '~'; }))
            return fail("message.header.malformed", fmt::format("line {} is no header field", line));
        HeaderField entry{std::string(field), lowered(name)};
        if (!entry.raw.ends_with("\r\n")) entry.raw += "\r\n";
        message.fields.push_back(std::move(entry));
        line += static_cast<std::size_t>(std::ranges::count(field, '\n'));
        octets.remove_prefix(field.size());
    }
    return message;
}

std::string from_file(std::string_view octets) {
    if (octets.starts_with("From ")) octets.remove_prefix(std::min(octets.find('\n') + 1, octets.size()));
    std::string out;
    out.reserve(octets.size() + octets.size() / 32);
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const bool crlf = octets[i] == '\r' && i + 1 < octets.size() && octets[i + 1] == '\n';
        if (crlf) ++i;
        if (octets[i] == '\n' || octets[i] == '\r') out += "\r\n";
        else out += octets[i];
    }
    return out;
}

std::vector<std::string> mailboxes(std::string_view value) {
    std::vector<std::string> out;
    std::string bare, angle;
    bool in_angle = false, saw_angle = false;
    int comment = 0;
    const auto flush = [&] {
        const std::string_view found = trimmed(saw_angle ? angle : bare);
        if (found.contains('@')) out.emplace_back(found);
        bare.clear();
        angle.clear();
        in_angle = saw_angle = false;
    };
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '\\' && i + 1 < value.size()) {
            ++i;
            continue;
        }
        if (c == '(') ++comment;
        else if (c == ')' && comment > 0) --comment;
        else if (comment > 0) continue;
        else if (c == '"') {
            // A quoted string is a display name, or a local part where @ follows.
            const auto end = quoted_end(value, i);
            if (end < value.size() && value[end] == '@') (in_angle ? angle : bare) += value.substr(i, end - i);
            i = end - 1;
        } else if (c == '<') in_angle = saw_angle = true;
        else if (c == '>') in_angle = false;
        else if ((c == ',' || c == ';') && !in_angle) flush();
        else if (c == ':' && !in_angle) bare.clear();  // the name of a group
        else (in_angle ? angle : bare) += c;
    }
    flush();
    return out;
}

}  // namespace postern::wire
