// SPDX-License-Identifier: Apache-2.0
// SHA-256, and octets as libcrypto takes them.
#pragma once

#include <string>
#include <string_view>

namespace postern::identity {

/// 32 octets.
[[nodiscard]] std::string sha256(std::string_view octets);

[[nodiscard]] inline const unsigned char* bytes(std::string_view octets) {
    return reinterpret_cast<const unsigned char*>(octets.data());
}

}  // namespace postern::identity
