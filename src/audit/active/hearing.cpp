// SPDX-License-Identifier: Apache-2.0
#include "audit/active/hearing.hpp"

#include "base/ascii_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::audit {
namespace {

bool speaks_of_any(std::string_view text, std::span<const std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return speaks_of(text, word); });
}

}  // namespace

bool speaks_of(std::string_view text, std::string_view word) {
    return !std::ranges::search(text, word, {}, to_lower, to_lower).empty();
}

Heard heard(const Turn* turn) {
    if (turn == nullptr || turn->code == 0 || turn->code == 421) return Heard::nothing;
    if (turn->accepted()) return Heard::accepted;
    constexpr std::array<std::string_view, 3> relaying{"relay", "not local", "we do not accept mail for"};
    // RFC 3463: 1.7 and 1.8 the sender's address, 7.27 its null MX, 1.2 and 1.10 a destination that does not exist.
    constexpr std::array<std::string_view, 14> elsewhere{
        "5.1.7 ", "5.1.8 ",        "5.7.27",   "5.1.10",           "4.1.7 ",    "4.1.8 ",   "5.1.2 ",
        "4.1.2 ", "blocked using", "spamhaus", "domain not found", "blacklist", "starttls", "blocklist"};
    if (speaks_of_any(turn->text, relaying)) return Heard::refused;
    if (speaks_of_any(turn->text, elsewhere)) return Heard::otherwise;
    return turn->code / 100 == 5 ? Heard::refused : Heard::deferred;
}

std::string quoted(const Turn& turn) {
    if (turn.code == 0) return fmt::format("{} was not answered", turn.said);
    return fmt::format("{} was answered {} {}", turn.said, turn.code, turn.text.substr(0, 200));
}

}  // namespace postern::audit
