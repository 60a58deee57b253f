// SPDX-License-Identifier: Apache-2.0
#include "identity/spf_macro.hpp"

#include "base/ascii_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace postern::identity {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
/// toplabel of RFC 7208 7.1: letters, digits and inner hyphens, not digits alone.
bool is_top_label(std::string_view label) {
    return !label.empty() && is_alnum(label.front()) && is_alnum(label.back()) &&
           !std::ranges::all_of(label, is_digit) &&
           std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-'; });
}

bool ends_in_top_label(std::string_view literal) {
    if (literal.ends_with('.')) literal.remove_suffix(1);
    const auto dot = literal.rfind('.');
    return dot != literal.npos && is_top_label(literal.substr(dot + 1));
}

/// What stands between "%{" and "}".
Result<Macro> parse_macro(std::string_view body, MacroPlace place) {
    constexpr std::string_view letters = "slodiphv";
    constexpr std::string_view explanation_letters = "slodiphvcrt";
    Macro macro;
    if (body.empty()) return fail("spf.macro", "a macro without a letter");
    macro.letter = to_lower(body.front());
    macro.url_escaped = body.front() != macro.letter;
    if (!(place == MacroPlace::explanation ? explanation_letters : letters).contains(macro.letter))
        return fail("spf.macro", fmt::format("the macro letter \"{}\" is not allowed here", body.front()));
    body.remove_prefix(1);
    std::size_t digits = 0;
    while (digits < body.size() && is_digit(body[digits])) {
        macro.keep = std::min<std::size_t>(macro.keep * 10 + static_cast<std::size_t>(body[digits] - '0'), 1'000);
        ++digits;
    }
    if (digits > 0 && macro.keep == 0) return fail("spf.macro", "a macro that keeps 0 parts");
    body.remove_prefix(digits);
    if (!body.empty() && to_lower(body.front()) == 'r') {
        macro.reversed = true;
        body.remove_prefix(1);
    }
    if (!std::ranges::all_of(body, [](char c) { return std::string_view(".-+,/_=").contains(c); }))
        return fail("spf.macro", "a macro with unknown delimiters");
    macro.delimiters = body;
    return macro;
}

std::string value_of(const Macro& macro, const MacroValues& values) {
    switch (macro.letter) {
    case 's': return values.local_part + "@" + values.sender_domain;
    case 'l': return values.local_part;
    case 'o': return values.sender_domain;
    case 'd': return values.domain;
    case 'i': return dotted(values.ip);
    case 'p': return values.validated;
    case 'h': return values.helo;
    case 'c': return values.ip.to_string();
    case 'r': return values.receiver;
    case 't':
        return fmt::format("{}",
                           std::chrono::duration_cast<std::chrono::seconds>(values.now.time_since_epoch()).count());
    default: return values.ip.is_v4() ? "in-addr" : "ip6";  // v
    }
}

std::string transform(const Macro& macro, std::string_view value) {
    const std::string_view delimiters = macro.delimiters.empty() ? std::string_view(".") : macro.delimiters;
    std::vector<std::string_view> parts;
    for (;;) {
        const auto at = value.find_first_of(delimiters);
        parts.push_back(value.substr(0, at));
        if (at == value.npos) break;
        value.remove_prefix(at + 1);
    }
    if (macro.reversed) std::ranges::reverse(parts);
    if (macro.keep > 0 && macro.keep < parts.size())
        parts.erase(parts.begin(), parts.end() - static_cast<std::ptrdiff_t>(macro.keep));
    return fmt::format("{}", fmt::join(parts, "."));
}

/// Unreserved characters of RFC 3986 2.3 stay.
std::string url_escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_alnum(c) || std::string_view("-._~").contains(c)) out += c;
        else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace

bool MacroString::uses(char letter) const {
    return std::ranges::any_of(parts, [letter](const auto& part) {
        const auto* macro = std::get_if<Macro>(&part);
        return macro != nullptr && macro->letter == letter;
    });
}

Result<MacroString> parse_macro_string(std::string_view text, MacroPlace place) {
    MacroString string;
    std::string literal;
    bool ends_in_macro = false;
    const auto flush = [&] {
        if (!literal.empty()) string.parts.emplace_back(std::exchange(literal, {}));
    };
    while (!text.empty()) {
        const char c = text.front();
        ends_in_macro = c == '%';
        if (c != '%') {
            const bool visible = c >= '!' && c <= '~';
            if (!visible && !(place == MacroPlace::explanation && c == ' '))
                return fail("spf.macro", "a character that is not visible ASCII");
            literal += c;
            text.remove_prefix(1);
            continue;
        }
        const char kind = text.size() > 1 ? text[1] : '\0';
        if (kind == '{') {
            const auto end = text.find('}');
            if (end == text.npos) return fail("spf.macro", "a macro without its closing brace");
            auto macro = parse_macro(text.substr(2, end - 2), place);
            if (!macro) return std::unexpected(macro.error());
            flush();
            string.parts.emplace_back(*std::move(macro));
            text.remove_prefix(end + 1);
            continue;
        }
        if (kind == '%') literal += '%';
        else if (kind == '_') literal += ' ';
        else if (kind == '-') literal += "%20";
        else return fail("spf.macro", "a % that begins no macro");
        text.remove_prefix(2);
    }
    if (place == MacroPlace::domain && !ends_in_macro && !ends_in_top_label(literal))
        return fail("spf.macro", "a domain that does not end in a top-level name");
    flush();
    return string;
}

std::string expand(const MacroString& string, const MacroValues& values) {
    std::string out;
    for (const auto& part : string.parts) {
        if (const auto* literal = std::get_if<std::string>(&part)) {
            out += *literal;
            continue;
        }
        const auto& macro = std::get<Macro>(part);
        const std::string text = transform(macro, value_of(macro, values));
        out += macro.url_escaped ? url_escape(text) : text;
    }
    return out;
}

std::string dotted(const IpAddress& address) {
    if (address.is_v4()) return address.to_string();
    std::string out;
    for (const std::uint8_t octet : address.octets()) out += fmt::format("{:x}.{:x}.", octet >> 4, octet & 15);
    out.pop_back();
    return out;
}

}  // namespace postern::identity
