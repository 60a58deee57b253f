// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648 4), as keys, signatures and MIME bodies carry it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

/// White space is skipped; anything else outside the alphabet, or wrong padding, is nothing.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
[[nodiscard]] std::string encode_base64(std::string_view octets);

}  // namespace postern::wire
