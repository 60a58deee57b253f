// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4), as signatures and proofs of control use it.
#pragma once

#include <string>
#include <string_view>

namespace postern::identity {

/// 32 octets.
[[nodiscard]] std::string sha256(std::string_view octets);
/// "e3b0c442...", of the first `count` octets of the digest.
[[nodiscard]] std::string sha256_hex(std::string_view octets, std::size_t count = 32);

[[nodiscard]] inline const unsigned char* bytes(std::string_view octets) {
    return reinterpret_cast<const unsigned char*>(octets.data());
}

}  // namespace postern::identity
