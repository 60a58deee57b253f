// SPDX-License-Identifier: Apache-2.0
// The smallest archives that hold one file: zip (stored), gzip (one stored block, RFC 1951 3.2.4, RFC 1952) and tar (POSIX ustar).
//
// For samples of a few hundred octets; nothing is compressed.
#pragma once

#include <string>
#include <string_view>

namespace postern::audit {

/// `octets` up to 65,535.
[[nodiscard]] std::string zip_of(std::string_view name, std::string_view octets);
/// `octets` up to 65,535.
[[nodiscard]] std::string gzip_of(std::string_view octets);
/// `name` up to 99 octets.
[[nodiscard]] std::string tar_of(std::string_view name, std::string_view octets);

}  // namespace postern::audit
