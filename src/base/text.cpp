// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace postern {
namespace {

struct CodePoint {
    char32_t value;
    std::size_t octets;  // 0: not UTF-8
};

/// The code point at the front of `text`, by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint decode(std::string_view text) {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = octet(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t octets = lead >= 0xf0 && lead <= 0xf4  ? 4
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                                                             : 0;
    if (octets == 0 || octets > text.size()) return {0, 0};
    auto value = static_cast<char32_t>(lead & (0xff >> (octets + 1)));
    for (std::size_t i = 1; i < octets; ++i) {
        if ((octet(i) & 0xc0) != 0x80) return {0, 0};
        value = (value << 6) | (octet(i) & 0x3f);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    return value < least[octets] || surrogate || value > 0x10ffff ? CodePoint{0, 0} : CodePoint{value, octets};
}

bool is_harmless(char32_t c) {
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
    if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069)) return false;
    return c != 0xfeff && c != 0x61c && (c < 0xe0000 || c > 0xe0fff) && (c & 0xfffe) != 0xfffe;
}

}  // namespace

std::string printable(std::string_view text, std::size_t max_octets) {
    std::string result;
    std::size_t i = 0;
    while (i < text.size() && i < max_octets) {
        const CodePoint c = decode(text.substr(i));
        const std::size_t octets = std::max<std::size_t>(c.octets, 1);
        if (c.octets != 0 && is_harmless(c.value)) result += text.substr(i, octets);
        else
            for (const char raw : text.substr(i, octets))
                fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(raw));
        i += octets;
    }
    if (i < text.size()) result += "...";
    return result;
}

std::string html_escape(std::string_view text) {
    std::string result;
    for (const char c : printable(text, text.size())) {
        switch (c) {
        case '&': result += "&amp;"; break;
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '"': result += "&quot;"; break;
        case '\'': result += "&#39;"; break;
        default: result.push_back(c);
        }
    }
    return result;
}

std::string csv_field(std::string_view text) {
    std::string field = printable(text, text.size());
    if (!field.empty() && std::string_view("=+-@").contains(field.front())) field.insert(field.begin(), '\'');
    if (field.find_first_of(",\" ") == std::string::npos) return field;
    std::string quoted = "\"";
    for (const char c : field) {
        if (c == '"') quoted.push_back('"');
        quoted.push_back(c);
    }
    quoted.push_back('"');
    return quoted;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    std::string_view best;
    std::size_t best_edits = word.size() / 3 + 1;
    for (const std::string_view candidate : candidates) {
        // Levenshtein's distance, one row at a time.
        std::vector<std::size_t> row(candidate.size() + 1);
        std::iota(row.begin(), row.end(), std::size_t{0});
        for (std::size_t i = 0; i < word.size(); ++i) {
            std::size_t diagonal = row[0]++;
            for (std::size_t j = 0; j < candidate.size(); ++j) {
                const std::size_t edits = std::min({diagonal + (word[i] != candidate[j]), row[j] + 1, row[j + 1] + 1});
                diagonal = std::exchange(row[j + 1], edits);
            }
        }
        if (row.back() < best_edits) {
            best_edits = row.back();
            best = candidate;
        }
    }
    return best;
}

}  // namespace postern
