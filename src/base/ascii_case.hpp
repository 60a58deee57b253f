// SPDX-License-Identifier: Apache-2.0
// Letters without case as mail means it: ASCII alone, whatever the locale (RFC 5321 2.4, RFC 5322 1.2.2). std::tolower asks the locale, and is
// undefined for the negative values that octets above 127 have as char.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace postern {

[[nodiscard]] constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

[[nodiscard]] inline std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), to_lower);
    return out;
}

}  // namespace postern
