// SPDX-License-Identifier: Apache-2.0
#include "identity/dkim_canonical.hpp"

#include "base/ascii_case.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace postern::identity {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Runs of blanks as one; none at the end.
std::string relaxed_line(std::string_view line) {
    std::string out;
    for (const char c : line) {
        if (!is_blank(c)) out += c;
        else if (out.empty() || out.back() != ' ') out += ' ';
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

}  // namespace

std::string canonical_field(std::string_view raw, Canonical form) {
    if (form == Canonical::simple) return std::string(raw);
    const auto colon = std::min(raw.find(':'), raw.size());
    std::string out;
    for (const char c : raw.substr(0, colon))
        if (!is_blank(c)) out += to_lower(c);
    std::string unfolded;
    for (const char c : raw.substr(std::min(colon + 1, raw.size())))
        if (c != '\r' && c != '\n') unfolded += c;
    std::string value = relaxed_line(unfolded);
    if (value.starts_with(' ')) value.erase(0, 1);
    return out + ":" + value + "\r\n";
}

std::string canonical_body(std::string_view body, Canonical form) {
    std::string out;
    out.reserve(body.size() + 2);
    std::size_t kept = 0;  // up to here there is more than empty lines
    while (!body.empty()) {
        const auto end = body.find("\r\n");
        const std::string_view line = body.substr(0, end);
        const std::size_t before = out.size();
        if (form == Canonical::relaxed) out += relaxed_line(line);
        else out += line;
        const bool empty = out.size() == before;
        out += "\r\n";
        if (!empty) kept = out.size();
        body.remove_prefix(end == body.npos ? body.size() : end + 2);
    }
    out.resize(kept);
    // An empty body is CRLF in the simple form (RFC 6376 3.4.3) and nothing in the relaxed one (3.4.4).
    if (out.empty() && form == Canonical::simple) out = "\r\n";
    return out;
}

std::string signed_header(std::span<const wire::HeaderField> fields, std::span<const std::string> names,
                          std::string_view own, Canonical form) {
    std::map<std::string_view, std::vector<const wire::HeaderField*>> left;
    for (const wire::HeaderField& field : fields) left[field.name].push_back(&field);
    std::string out;
    for (const std::string& name : names) {
        const auto found = left.find(name);
        if (found == left.end() || found->second.empty()) continue;
        out += canonical_field(found->second.back()->raw, form);
        found->second.pop_back();
    }
    std::string last = canonical_field(without_signature(own), form);
    last.resize(last.size() - 2);  // without its CRLF
    return out + last;
}

std::string without_signature(std::string_view raw) {
    std::string out;
    std::size_t at = raw.find(':') + 1;
    out += raw.substr(0, at);
    while (at < raw.size()) {
        const auto end = std::min(raw.find(';', at), raw.size());
        const std::string_view tag = raw.substr(at, end - at);
        const auto equals = tag.find('=');
        std::string name(tag.substr(0, equals));
        std::erase_if(name, [](char c) { return is_blank(c) || c == '\r' || c == '\n'; });
        const bool last = end == raw.size();
        if (name == "b" && equals != tag.npos) {
            out += tag.substr(0, equals + 1);
            if (last && tag.ends_with("\r\n")) out += "\r\n";
        } else {
            out += tag;
        }
        if (!last) out += ';';
        at = end + 1;
    }
    return out;
}

}  // namespace postern::identity
