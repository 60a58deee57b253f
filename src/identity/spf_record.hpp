// SPDX-License-Identifier: Apache-2.0
// An SPF record as its grammar has it (RFC 7208 4.6, 5, 6, 12).
//
// The whole record is parsed before any of it is evaluated: a fault anywhere in it is a permanent error, also behind a match.
#pragma once

#include "base/network.hpp"
#include "identity/spf_macro.hpp"

#include <optional>

namespace postern::identity {

/// RFC 7208 2.6.
enum class SpfResult : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };
[[nodiscard]] std::string_view to_string(SpfResult result);

struct SpfMechanism {
    enum class Kind : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };
    Kind kind = Kind::all;
    SpfResult qualifier = SpfResult::pass;  ///< pass, fail, softfail or neutral
    std::optional<MacroString> domain;      ///< nothing: the domain whose record it is
    std::string domain_text;                ///< as written
    int prefix4 = 32;                       ///< of a and mx
    int prefix6 = 128;
    std::optional<Network> network;  ///< of ip4 and ip6
    std::string text;                ///< the whole term as written
};

struct SpfRecord {
    std::vector<SpfMechanism> mechanisms;
    std::optional<MacroString> redirect;
    std::string redirect_text;
    std::optional<MacroString> explanation;
};

/// Does the text claim to be an SPF record (RFC 7208 4.5)?
[[nodiscard]] bool is_spf(std::string_view text);
/// `text` begins with the version. Errors: spf.syntax, spf.macro, with the term.
[[nodiscard]] Result<SpfRecord> parse_spf(std::string_view text);

}  // namespace postern::identity
