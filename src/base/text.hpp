// SPDX-License-Identifier: Apache-2.0
// Text from outside on its way to people.
//
// Everything a peer, a list operator or a log line says may hold terminal escape codes, markup, or characters that turn the
// direction of writing. It is made harmless where it leaves the program, by one of these and nothing else.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace postern {

/// One line for a terminal or log: control characters, octets that are no UTF-8, and characters that reorder or hide text
/// (U+200B-200F, U+2028-202E, U+2060-2069, U+FEFF) become \xNN. At most `max_octets` of the input are shown, then "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_octets = 1024);

/// For HTML text and double-quoted attributes; `printable` first, then & < > " '.
[[nodiscard]] std::string html_escape(std::string_view text);

/// One CSV field (RFC 4180), quoted where needed; one that begins with = + - @ gets a leading apostrophe, because spreadsheets run it.
[[nodiscard]] std::string csv_field(std::string_view text);

/// The candidate with the least edits to `word`, if that is at most a third of its length; "" if none is near.
/// Borrowed from `candidates`.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace postern
