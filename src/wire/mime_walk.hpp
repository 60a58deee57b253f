// SPDX-License-Identifier: Apache-2.0
// A message's MIME parts (RFC 2045-2049) as all mail programs together would see them.
//
// A filter that reads a message otherwise than the program that shows it can be walked past (CVE-2024-28054: two boundary parameters;
// draft-chen-email-mime-ambiguity-defense). So where readings differ, all are walked and their parts are one union; each such place is
// a doubt with a name. Ordinary mail has none. Depth, parts and work are bounded by the caller; what is beyond is `unscannable`,
// which is a finding of its own and never "nothing found".
#pragma once

#include "wire/mime_field.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct MimeBudget {
    int depth = 20;
    std::size_t parts = 1'000;
    std::size_t work = 256 * 1024 * 1024;  ///< octets looked at, each reading counted
};

struct MimePart {
    int depth = 0;                     ///< of the nesting: 0 is the message itself
    std::vector<std::string> types;    ///< every type that a program may take it for, lower case: "application/pdf"
    std::vector<std::string> names;    ///< every file name that a program may show, as UTF-8 where the charset is known
    std::string encoding;              ///< "base64"; empty: none
    bool attachment = false;           ///< Content-Disposition says so
    std::size_t size = 0;              ///< octets of the body as it stands
    std::string head;                  ///< the first 64 octets, decoded: what the content itself looks like
    std::vector<std::string> members;  ///< names within, of a zip archive
    bool encrypted_archive = false;
};

struct MimeWalk {
    std::vector<MimePart> parts;           ///< leaves and messages in messages; containers have no entry of their own
    std::vector<std::string_view> doubts;  ///< "mime.boundary.twice": literals, none twice
    std::string_view
        unscannable;  ///< "mime.too_deep", "mime.too_many_parts", "mime.too_much_work"; empty: all was walked

    [[nodiscard]] bool ambiguous() const { return !doubts.empty(); }
};

/// `message` is header and body with CRLF; a bare LF counts as a line's end too, because programs take it for one.
[[nodiscard]] MimeWalk walk_mime(std::string_view message, const MimeBudget& budget = {});

}  // namespace postern::wire
