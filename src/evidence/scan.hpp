// SPDX-License-Identifier: Apache-2.0
// Small cuts of a line, without copies: logs have millions of them.
#pragma once

#include <string_view>

namespace postern::evidence {

/// What stands between `open` and the next `close` behind it; "" if `open` is not there.
[[nodiscard]] inline std::string_view between(std::string_view text, std::string_view open, std::string_view close) {
    const auto begin = text.find(open);
    if (begin == text.npos) return {};
    const auto rest = text.substr(begin + open.size());
    return rest.substr(0, rest.find(close));
}

/// What stands behind the first `mark`; "" if it is not there.
[[nodiscard]] inline std::string_view behind(std::string_view text, std::string_view mark) {
    const auto at = text.find(mark);
    return at == text.npos ? std::string_view{} : text.substr(at + mark.size());
}

[[nodiscard]] inline std::string_view before(std::string_view text, std::string_view mark) {
    return text.substr(0, text.find(mark));
}

/// Takes the word up to the next blank off the front, and the blank.
inline std::string_view take_word(std::string_view& text) {
    const auto end = text.find(' ');
    const auto word = text.substr(0, end);
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
    return word;
}

[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace postern::evidence
