// SPDX-License-Identifier: Apache-2.0
// The catalogue's file (data/README.md) into values, and the one that is compiled in.
#pragma once

#include "reputation/catalogue.hpp"

namespace postern::app {

/// Errors: those of TOML, and catalogue.invalid with the place; nothing unknown is passed over.
[[nodiscard]] Result<reputation::Catalogue> parse_catalogue(std::string_view text, const std::string& source);

/// The built-in catalogue; a broken one is caught by a test, not by users.
[[nodiscard]] reputation::Catalogue builtin_catalogue();

}  // namespace postern::app
