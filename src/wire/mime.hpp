// SPDX-License-Identifier: Apache-2.0
// The leaves of a MIME message (RFC 2045, 2046), decoded; depth and number are bounded.
#pragma once

#include "wire/message.hpp"

namespace postern::wire {

inline constexpr int max_mime_depth = 20;
inline constexpr std::size_t max_mime_parts = 1'000;

struct MimeLeaf {
    std::string type;    ///< "application/gzip", lower case; "text/plain" where none is said
    std::string octets;  ///< base64 and quoted-printable undone; what does not decode stays as it is
};

/// Errors: mime.too_deep, mime.too_many_parts.
[[nodiscard]] Result<std::vector<MimeLeaf>> mime_leaves(const Message& message);

}  // namespace postern::wire
