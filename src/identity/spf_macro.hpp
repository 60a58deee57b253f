// SPDX-License-Identifier: Apache-2.0
// SPF macros (RFC 7208 7): "%{ir}.%{v}._spf.%{d2}".
//
// A macro string is parsed once, when its record is, so that a bad one is a permanent error before anything is looked up.
#pragma once

#include "base/error.hpp"
#include "base/instant.hpp"
#include "base/ip_address.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::identity {

struct Macro {
    char letter = 'd';         ///< lower case; one of slodiphcrtv
    bool url_escaped = false;  ///< it was written in upper case
    std::size_t keep = 0;      ///< that many parts from the right; 0: all
    bool reversed = false;
    std::string delimiters;  ///< empty: "."
};

struct MacroString {
    std::vector<std::variant<std::string, Macro>> parts;
    [[nodiscard]] bool uses(char letter) const;
};

enum class MacroPlace : std::uint8_t {
    domain,       ///< a domain-spec: must end in a top label or a macro (RFC 7208 7.1)
    modifier,     ///< the value of an unknown modifier: any macro string
    explanation,  ///< text of exp=: %{c}, %{r} and %{t} and blanks too
};

/// Errors: spf.macro (with what is wrong).
[[nodiscard]] Result<MacroString> parse_macro_string(std::string_view text, MacroPlace place);

struct MacroValues {
    std::string local_part;
    std::string sender_domain;
    std::string domain;  ///< the one whose record is evaluated
    IpAddress ip;
    std::string helo;
    std::string validated = "unknown";  ///< %{p}
    std::string receiver = "unknown";
    Instant now{};
};

[[nodiscard]] std::string expand(const MacroString& string, const MacroValues& values);

/// "192.0.2.1", or for IPv6 "2.0.0.1.0.d.b.8...." nibble by nibble (%{i}).
[[nodiscard]] std::string dotted(const IpAddress& address);

}  // namespace postern::identity
