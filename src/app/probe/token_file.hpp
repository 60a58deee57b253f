// SPDX-License-Identifier: Apache-2.0
// The probe's secrets, one file readable by its owner only: its key, and who may use it.
//
//     key LS0tLS1CRUdJTi...        the TLS key (PEM as base64), made with the file, so that the pin outlives restarts
//     token own 3fa9...            a name, and a secret of 32 hexadecimal digits or more
//     token colleague 77c0...
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::app::probe {

struct ControlToken {
    std::string name, secret;
};

struct TokenFile {
    std::string key;  ///< PEM
    std::vector<ControlToken> tokens;

    /// The name behind a secret; "" for nobody. Takes the same time for every wrong one.
    [[nodiscard]] std::string owner_of(std::string_view secret) const;
    [[nodiscard]] std::string to_text() const;
};

inline constexpr std::size_t least_secret = 32;
inline constexpr std::size_t max_control_tokens = 100;

/// Errors: probe.token_file (line and what is wrong with it).
[[nodiscard]] Result<TokenFile> parse_token_file(std::string_view text);

}  // namespace postern::app::probe
