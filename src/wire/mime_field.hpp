// SPDX-License-Identifier: Apache-2.0
// A MIME field with parameters (RFC 2045 5.1, RFC 2183, RFC 2231), read as every mail program might read it.
//
// Programs disagree about fields that are not quite right, and whoever wants past a filter writes such fields. So nothing is chosen
// here: of a parameter that stands twice, plainly and in RFC 2231's form, quoted and encoded, all values are kept, and what no two
// programs need agree on is named in `doubts`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

inline constexpr std::size_t max_mime_parameters = 100;

struct MimeField {
    struct Parameter {
        std::string name;   ///< lower case, without RFC 2231's marks: "filename"
        std::string value;  ///< decoded to UTF-8 where its charset is known
    };

    std::string value;  ///< lower case, comments taken out: "application/pdf", "attachment"
    std::vector<Parameter> parameters;
    std::vector<std::string_view> doubts;  ///< "mime.parameter.twice": literals

    /// Every value of that name, none twice.
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
};

/// `text` behind the colon, folded or not.
[[nodiscard]] MimeField read_mime_field(std::string_view text);

/// "=?utf-8?B?cmVwb3J0LnBkZg==?=" is "report.pdf" (RFC 2047); what is none stays as it is.
[[nodiscard]] std::string decode_words(std::string_view text);

}  // namespace postern::wire
