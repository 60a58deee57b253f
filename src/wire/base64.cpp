// SPDX-License-Identifier: Apache-2.0
#include "wire/base64.hpp"

#include <cstdint>

namespace postern::wire {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int held = 0, padding = 0;
    std::size_t digits = 0;
    for (const char c : text) {
        if (std::string_view(" \t\r\n").contains(c)) continue;
        if (c == '=') {
            if (++padding > 2) return std::nullopt;
            continue;
        }
        const auto value = alphabet.find(c);
        if (value == alphabet.npos || padding > 0) return std::nullopt;
        ++digits;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>((bits >> held) & 0xff);
        }
    }
    const bool padded_right = padding == 0 || (digits + static_cast<std::size_t>(padding)) % 4 == 0;
    if (digits % 4 == 1 || !padded_right) return std::nullopt;
    return out;
}

std::string encode_base64(std::string_view octets) {
    std::string out;
    for (std::size_t i = 0; i < octets.size(); i += 3) {
        std::uint32_t bits = 0;
        const std::size_t count = std::min<std::size_t>(3, octets.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            bits = (bits << 8) | (k < count ? static_cast<std::uint8_t>(octets[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k) out += k <= count ? alphabet[(bits >> (18 - 6 * k)) & 63] : '=';
    }
    return out;
}

}  // namespace postern::wire
