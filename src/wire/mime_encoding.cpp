// SPDX-License-Identifier: Apache-2.0
#include "wire/mime_encoding.hpp"

#include <array>
#include <cstdint>

namespace postern::wire {
namespace {

constexpr std::array<std::int8_t, 256> digits64 = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    for (const char blank : {' ', '\t', '\r', '\n'}) table[static_cast<std::uint8_t>(blank)] = -2;
    return table;
}();

/// Strange characters are skipped and data behind the padding go on, as most decoders have it; both are noted.
DecodedBody from_base64(std::string_view text, std::size_t limit) {
    DecodedBody out;
    out.octets.reserve(std::min(text.size() / 4 * 3, limit));
    std::uint32_t bits = 0;
    int held = 0;
    bool padded = false;
    std::size_t count = 0;
    for (const char c : text) {
        const int digit = digits64[static_cast<std::uint8_t>(c)];
        if (digit == -2) continue;
        if (c == '=') {
            padded = true;
            held = 0;
            continue;
        }
        if (digit < 0 || padded) out.strict = false;
        if (digit < 0) continue;
        ++count;
        bits = (bits << 6) | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out.octets += static_cast<char>((bits >> held) & 0xFF);
        if (out.octets.size() >= limit) return out;
    }
    if (count % 4 == 1) out.strict = false;
    return out;
}

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

DecodedBody from_quoted_printable(std::string_view text, std::size_t limit) {
    DecodedBody out;
    for (std::size_t i = 0; i < text.size() && out.octets.size() < limit; ++i) {
        if (text[i] != '=') {
            out.octets += text[i];
            continue;
        }
        const auto line_end = text.find_first_not_of(" \t", i + 1);  // white space behind a soft line break is dropped
        if (line_end == text.npos) break;
        if (text.substr(line_end).starts_with("\r\n")) i = line_end + 1;
        else if (text[line_end] == '\n') i = line_end;
        else if (i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            out.octets += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else {
            out.octets += '=';
            out.strict = false;
        }
    }
    return out;
}

}  // namespace

DecodedBody decode_body(std::string_view octets, std::string_view encoding, std::size_t limit) {
    if (encoding == "base64") return from_base64(octets, limit);
    if (encoding == "quoted-printable") return from_quoted_printable(octets, limit);
    return {std::string(octets.substr(0, limit)), true};
}

}  // namespace postern::wire
