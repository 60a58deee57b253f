// SPDX-License-Identifier: Apache-2.0
#include "wire/mime.hpp"

#include "base/ascii_case.hpp"
#include "wire/mime_encoding.hpp"
#include "wire/mime_field.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::wire {
namespace {

/// The value of a parameter such as boundary, quotes taken off; "" if it is not there.
std::string parameter(std::string_view value, std::string_view name) {
    const auto values = read_mime_field(value).all(name);
    return values.empty() ? std::string() : values.front();
}

std::vector<std::string_view> parts_of(std::string_view body, const std::string& boundary) {
    const std::string mark = "--" + boundary;
    std::vector<std::string_view> parts;
    std::size_t begin = body.npos;
    for (std::size_t line = 0; line < body.size();) {
        const auto end = std::min(body.find("\r\n", line), body.size());
        if (body.substr(line, end - line).starts_with(mark)) {
            if (begin != body.npos) parts.push_back(body.substr(begin, line >= begin + 2 ? line - 2 - begin : 0));
            if (body.substr(line + mark.size(), 2) == "--" || parts.size() > max_mime_parts) return parts;
            begin = std::min(end + 2, body.size());
        }
        line = end + 2;
    }
    if (begin != body.npos) parts.push_back(body.substr(begin));  // the end is missing; what is there counts
    return parts;
}

Result<void> collect(const Message& message, int depth, std::vector<MimeLeaf>& leaves) {
    if (depth > max_mime_depth)
        return fail("mime.too_deep", fmt::format("parts are nested more than {} deep", max_mime_depth));
    const HeaderField* content = message.first("content-type");
    const std::string value = content == nullptr ? "text/plain" : content->value();
    const std::string type = lowered(value.substr(0, value.find_first_of("; \t")));
    if (type.starts_with("multipart/")) {
        for (const std::string_view part : parts_of(message.body, parameter(value, "boundary"))) {
            const auto inner = parse_message(part);
            if (!inner) continue;  // a part that is none: nothing can be decoded from it
            if (auto done = collect(*inner, depth + 1, leaves); !done) return done;
        }
        return {};
    }
    if (leaves.size() >= max_mime_parts)
        return fail("mime.too_many_parts", fmt::format("the message has more than {} parts", max_mime_parts));
    const HeaderField* encoding = message.first("content-transfer-encoding");
    const std::string how = encoding == nullptr ? "" : lowered(encoding->value());
    leaves.push_back({type, decode_body(message.body, how).octets});
    return {};
}

}  // namespace

Result<std::vector<MimeLeaf>> mime_leaves(const Message& message) {
    std::vector<MimeLeaf> leaves;
    if (auto done = collect(message, 0, leaves); !done) return std::unexpected(done.error());
    return leaves;
}

}  // namespace postern::wire
