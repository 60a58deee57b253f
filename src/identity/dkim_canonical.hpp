// SPDX-License-Identifier: Apache-2.0
// The two forms in which DKIM hashes headers and bodies (RFC 6376 3.4).
#pragma once

#include "wire/message.hpp"

#include <span>
#include <string>
#include <string_view>

namespace postern::identity {

enum class Canonical : std::uint8_t { simple, relaxed };

/// With its CRLF.
[[nodiscard]] std::string canonical_field(std::string_view raw, Canonical form);
[[nodiscard]] std::string canonical_body(std::string_view body, Canonical form);

/// What the signature in b= is over: the fields of `names` from the bottom up, then the signature's own field (RFC 6376 3.7, 5.4.2).
/// A name that has no field left is signed as absent.
[[nodiscard]] std::string signed_header(std::span<const wire::HeaderField> fields, std::span<const std::string> names,
                                        std::string_view own, Canonical form);

/// The field with the value of b= taken out and nothing else changed (RFC 6376 3.7).
[[nodiscard]] std::string without_signature(std::string_view raw);

}  // namespace postern::identity
