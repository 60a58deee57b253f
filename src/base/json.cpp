// SPDX-License-Identifier: Apache-2.0
#include "base/json.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <boost/json/src.hpp>

namespace postern::json {
namespace {

void write(std::string& out, const value& document, std::size_t indent) {
    const auto line = [&](std::size_t depth) { out.append("\n").append(depth * 2, ' '); };
    if (const object* members = document.if_object(); members != nullptr && !members->empty()) {
        std::string_view separator = "{";
        for (const auto& member : *members) {
            out += separator;
            line(indent + 1);
            out += serialize(value(member.key()));
            out += ": ";
            write(out, member.value(), indent + 1);
            separator = ",";
        }
        line(indent);
        out += '}';
    } else if (const array* items = document.if_array(); items != nullptr && !items->empty()) {
        std::string_view separator = "[";
        for (const value& item : *items) {
            out += separator;
            line(indent + 1);
            write(out, item, indent + 1);
            separator = ",";
        }
        line(indent);
        out += ']';
    } else {
        out += serialize(document);
    }
}

}  // namespace

value text(std::string_view octets, std::size_t max_octets) { return value(printable(octets, max_octets)); }

Result<value> parse(std::string_view document) {
    boost::json::stream_parser parser;
    boost::json::error_code fault;
    const std::size_t read = parser.write_some(document.data(), document.size(), fault);
    if (!fault) parser.finish(fault);
    if (fault || read != document.size()) return fail("json.malformed", fmt::format("not JSON from octet {} on", read));
    return parser.release();
}

std::string pretty(const value& document) {
    std::string out;
    write(out, document, 0);
    out += '\n';
    return out;
}

}  // namespace postern::json
