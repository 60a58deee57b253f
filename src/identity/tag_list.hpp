// SPDX-License-Identifier: Apache-2.0
// "v=DKIM1; k=rsa; p=..." : the tag list of RFC 6376 3.2, which DMARC, MTA-STS and TLS-RPT records share.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::identity {

struct TagList {
    struct Tag {
        std::string name;
        std::string value;  ///< without the white space around it; inner folding is kept
    };
    std::vector<Tag> tags;

    /// The value, or nothing if the tag is absent.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::string_view get(std::string_view name, std::string_view otherwise = {}) const;
};

/// Errors: tag_list.malformed (with the place), tag_list.duplicate.
[[nodiscard]] Result<TagList> parse_tag_list(std::string_view text);

/// Without any white space: base64 and lists may be folded.
[[nodiscard]] std::string without_blanks(std::string_view text);
/// The items between `separator`, without the white space around each; empty ones are left out.
[[nodiscard]] std::vector<std::string> items(std::string_view text, char separator);

}  // namespace postern::identity
