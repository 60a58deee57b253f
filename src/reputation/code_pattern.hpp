// SPDX-License-Identifier: Apache-2.0
// Which answers of a list mean the same: "127.0.0.4", "127.0.0.10-11", "127.0.2-20.0-3", "127.0.4.*".
//
// Lists put their meaning into any octet: most into the last, allow-lists the category into the third, score lists a number.
#pragma once

#include "base/ip_address.hpp"

namespace postern::reputation {

class CodePattern {
public:
    /// Four octets, each N, A-B or *. Errors: code_pattern.malformed.
    [[nodiscard]] static Result<CodePattern> parse(std::string_view text);

    [[nodiscard]] bool matches(const IpAddress& answer) const;
    [[nodiscard]] const std::string& text() const { return text_; }
    /// The lowest address it matches.
    [[nodiscard]] IpAddress first() const;

private:
    struct Range {
        std::uint8_t low = 0, high = 0;
    };
    std::array<Range, 4> octets_;
    std::string text_;
};

}  // namespace postern::reputation
