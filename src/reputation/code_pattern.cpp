// SPDX-License-Identifier: Apache-2.0
#include "reputation/code_pattern.hpp"

#include <charconv>
#include <optional>

namespace postern::reputation {
namespace {

std::optional<std::uint8_t> octet(std::string_view text) {
    std::uint8_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

Result<CodePattern> CodePattern::parse(std::string_view text) {
    const auto malformed =
        fail("code_pattern.malformed", "a code is four octets, each a number, a range such as 10-11, or *");
    CodePattern pattern;
    pattern.text_ = text;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto dot = text.find('.');
        if ((dot == std::string_view::npos) != (i == 3)) return malformed;
        const std::string_view part = text.substr(0, dot);
        if (part == "*") {
            pattern.octets_[i] = {0, 255};
        } else {
            const auto dash = part.find('-');
            const auto low = octet(part.substr(0, dash));
            const auto high = dash == std::string_view::npos ? low : octet(part.substr(dash + 1));
            if (!low || !high || *low > *high) return malformed;
            pattern.octets_[i] = {*low, *high};
        }
        if (i < 3) text.remove_prefix(dot + 1);
    }
    return pattern;
}

bool CodePattern::matches(const IpAddress& answer) const {
    if (!answer.is_v4()) return false;
    const auto octets = answer.octets();
    for (std::size_t i = 0; i < 4; ++i)
        if (octets[i] < octets_[i].low || octets[i] > octets_[i].high) return false;
    return true;
}

IpAddress CodePattern::first() const {
    return IpAddress::from_v4({octets_[0].low, octets_[1].low, octets_[2].low, octets_[3].low});
}

}  // namespace postern::reputation
