// SPDX-License-Identifier: Apache-2.0
// JSON values for reports, state files and recorded evidence: Boost.JSON under one name, compiled once (json.cpp).
//
// `text` makes a value of octets from outside: JSON is UTF-8, so what is no UTF-8 is escaped as `printable` does.
#pragma once

#include "base/error.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace postern::json {

using boost::json::array;
using boost::json::object;
using boost::json::serialize;
using boost::json::value;

/// A string value that any reader takes, whatever octets came in; at most `max_octets` of them.
[[nodiscard]] value text(std::string_view octets, std::size_t max_octets = 4096);

/// Errors: json.malformed (with the offset of the fault). Depth at most 32.
[[nodiscard]] Result<value> parse(std::string_view document);

/// For people: two blanks of indentation, one member a line.
[[nodiscard]] std::string pretty(const value& document);

}  // namespace postern::json
