// SPDX-License-Identifier: Apache-2.0
// The fields of a message of Beast's as values; and fields on their way out. Only for http_server.cpp and http_client.cpp.
#pragma once

#include "base/ascii_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

namespace postern::net {

using HttpFields = std::map<std::string, std::string, std::less<>>;

/// Names in lower case; of several of one name, the first.
template <class Message>
[[nodiscard]] HttpFields fields_of(const Message& message) {
    HttpFields out;
    for (const auto& field : message) {
        out.emplace(lowered(std::string_view(field.name_string())), std::string(field.value()));
    }
    return out;
}

/// A value that was composed of text from outside must not begin another field.
[[nodiscard]] inline std::string field_lines(const HttpFields& fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
        std::string clean = value;
        std::erase_if(clean, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
        out += fmt::format("{}: {}\r\n", name, clean);
    }
    return out;
}

}  // namespace postern::net
