// SPDX-License-Identifier: Apache-2.0
// Content-Transfer-Encoding undone (RFC 2045 6): what every decoder would make of it, and whether they all would.
#pragma once

#include <string>
#include <string_view>

namespace postern::wire {

struct DecodedBody {
    std::string octets;
    bool strict = true;  ///< false: the octets break the encoding's rules, and decoders differ
};

/// `encoding` in lower case: "base64", "quoted-printable"; anything else leaves the octets as they are. At most `limit` octets are made.
[[nodiscard]] DecodedBody decode_body(std::string_view octets, std::string_view encoding,
                                      std::size_t limit = std::string_view::npos);

}  // namespace postern::wire
