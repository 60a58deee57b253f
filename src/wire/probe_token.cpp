// SPDX-License-Identifier: Apache-2.0
#include "wire/probe_token.hpp"

#include "base/ascii_case.hpp"

#include <algorithm>

namespace postern::wire {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";

bool is_word(char c) { return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || (c >= '0' && c <= '9'); }

/// The word that begins `text`, of letters and digits.
std::string_view word(std::string_view text) {
    return text.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_word) - text.begin()));
}

/// What stands at `text`, whose prefix is right.
std::optional<ProbeToken> read(std::string_view text) {
    const std::string_view body = word(text.substr(ProbeToken::prefix.size()));
    ProbeToken out{.token = lowered(text.substr(0, ProbeToken::prefix.size() + body.size())), .tag = {}};
    if (!is_probe_token(out.token)) return std::nullopt;
    const std::string_view behind = text.substr(out.token.size());
    if (!behind.starts_with('-')) return out;
    if (const std::string_view tag = word(behind.substr(1)); tag.size() <= ProbeToken::longest_tag)
        out.tag = lowered(tag);
    return out;
}

}  // namespace

bool is_probe_token(std::string_view text) {
    return text.size() == ProbeToken::size && text.starts_with(ProbeToken::prefix) &&
           std::ranges::all_of(text.substr(ProbeToken::prefix.size()), [](char c) { return letters.contains(c); });
}

std::string make_probe_token(std::string_view twenty_octets) {
    std::string out(ProbeToken::prefix);
    for (const char c : twenty_octets.substr(0, ProbeToken::drawn)) out += letters[static_cast<unsigned char>(c) % 32];
    return out;
}

std::optional<ProbeToken> find_probe_token(std::string_view text, const WantsToken& wanted) {
    const auto same = [](char a, char b) { return to_lower(a) == b; };
    std::size_t offered = 0;
    for (auto at = text.begin(); offered < most_candidates;) {
        const auto found = std::search(at, text.end(), ProbeToken::prefix.begin(), ProbeToken::prefix.end(), same);
        if (found == text.end()) return std::nullopt;
        at = found + 1;
        if (found != text.begin() && is_word(found[-1])) continue;
        auto token = read(text.substr(static_cast<std::size_t>(found - text.begin())));
        if (!token) continue;
        ++offered;
        if (wanted(token->token)) return token;
    }
    return std::nullopt;
}

}  // namespace postern::wire
