// SPDX-License-Identifier: Apache-2.0
// New private keys, from the kernel's randomness. Here because the rooms that use keys draw no random numbers.
#pragma once

#include "base/error.hpp"

#include <string>

namespace postern::net {

enum class KeyKind : std::uint8_t { rsa, ed25519 };

/// PEM, PKCS #8, without a pass phrase. `bits` for RSA: 2048 to 8192. Errors: net.key.
[[nodiscard]] Result<std::string> make_private_key(KeyKind kind, unsigned bits);

}  // namespace postern::net
