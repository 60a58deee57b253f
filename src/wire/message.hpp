// SPDX-License-Identifier: Apache-2.0
// A message as RFC 5322 has it: header fields in their order, octet by octet as they came, and the body.
//
// A message saved from a mailbox often has bare LF for line ends; `from_file` makes them CRLF, because signatures are over CRLF.
// What came over the wire is never touched.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

inline constexpr std::size_t max_header_octets = 256 * 1024;
inline constexpr std::size_t max_header_fields = 1'000;

struct HeaderField {
    std::string raw;                              ///< with name, folding and the final CRLF
    std::string name;                             ///< lower case, without blanks
    [[nodiscard]] std::string_view body() const;  ///< behind the colon, folding and final CRLF kept; borrowed
    [[nodiscard]] std::string value() const;      ///< unfolded, without the white space around it
};

struct Message {
    std::vector<HeaderField> fields;
    std::string body;  ///< what stands behind the empty line

    /// All of that name, first to last. `name` in lower case. Borrowed.
    [[nodiscard]] std::vector<const HeaderField*> all(std::string_view name) const;
    /// The topmost, or nothing.
    [[nodiscard]] const HeaderField* first(std::string_view name) const;
};

/// Errors: message.header.too_long, message.header.too_many_fields, message.header.malformed (with the line).
[[nodiscard]] Result<Message> parse_message(std::string_view octets);

/// Bare LF and CR become CRLF, and a line "From " of a mailbox file in front is taken off.
[[nodiscard]] std::string from_file(std::string_view octets);

/// The addresses of a From, Sender or Return-Path field: "user@example.com" of `"A, B" <user@example.com>, c@d`; comments and
/// groups are skipped, what is no address is left out.
[[nodiscard]] std::vector<std::string> mailboxes(std::string_view value);

}  // namespace postern::wire
