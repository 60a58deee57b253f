// SPDX-License-Identifier: Apache-2.0
#include "base/domain_name.hpp"

#include "base/ascii_case.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern {
namespace {

/// May the octet stand in a name that a person gives? Dots separate and are handled by the caller.
constexpr bool may_be_typed(char c) { return c > ' ' && c < 0x7f && c != '\\' && c != '"' && c != '\'' && c != '`'; }

/// Octets of a presentation form that one escaped octet takes.
constexpr std::size_t escaped_octets = 4;  // \DDD

/// Calls `visit(octet)` for each octet and `visit_dot()` between labels of an escaped text.
template <class Visit, class VisitDot>
void walk(std::string_view text, Visit visit, VisitDot visit_dot) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.') {
            visit_dot();
        } else if (text[i] == '\\' && i + escaped_octets <= text.size()) {
            visit(static_cast<char>((text[i + 1] - '0') * 100 + (text[i + 2] - '0') * 10 + (text[i + 3] - '0')));
            i += escaped_octets - 1;
        } else {
            visit(text[i]);
        }
    }
}

}  // namespace

Result<DomainName> DomainName::parse(std::string_view text) {
    if (text == ".") return DomainName{};
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.empty()) return fail("dns.name.empty", "a name is needed, such as example.com");
    std::string lowered;
    lowered.reserve(text.size());
    std::size_t label = 0;
    for (const char c : text) {
        if (c == '.') {
            if (label == 0)
                return fail("dns.name.empty_label", "the name has an empty label (two dots in a row, or one in front)");
            label = 0;
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            return fail("dns.name.not_ascii", "the name is not ASCII; give its encoded form (xn--...)");
        } else if (!may_be_typed(c)) {
            return fail("dns.name.bad_octet",
                        fmt::format("the name has an octet that no host or zone name has (0x{:02x})",
                                    static_cast<unsigned char>(c)));
        } else if (++label > max_label_octets) {
            return fail("dns.name.label_too_long", "a label of the name is longer than 63 octets (RFC 1035 2.3.4)");
        }
        lowered.push_back(to_lower(c));
    }
    if (label == 0)
        return fail("dns.name.empty_label", "the name has an empty label (two dots in a row, or one in front)");
    if (lowered.size() + 2 > max_wire_octets)
        return fail("dns.name.too_long", "the name is longer than 253 octets (RFC 1035 2.3.4)");
    return DomainName{std::move(lowered)};
}

DomainName DomainName::from_labels(std::span<const std::string_view> labels) {
    std::string text;
    for (const std::string_view label : labels) {
        if (!text.empty()) text.push_back('.');
        for (const char c : label) {
            if (may_be_typed(c) && c != '.') text.push_back(to_lower(c));
            else fmt::format_to(std::back_inserter(text), "\\{:03}", static_cast<unsigned char>(c));
        }
    }
    return DomainName{std::move(text)};
}

std::size_t DomainName::wire_octets() const {
    if (is_root()) return 1;
    std::size_t octets = 2;  // the first length octet and the root's
    walk(text_, [&](char) { ++octets; }, [&] { ++octets; });
    return octets;
}

std::vector<std::string> DomainName::labels() const {
    std::vector<std::string> all;
    if (is_root()) return all;
    all.emplace_back();
    walk(text_, [&](char c) { all.back().push_back(c); }, [&] { all.emplace_back(); });
    return all;
}

std::size_t DomainName::label_count() const {
    return is_root() ? 0 : static_cast<std::size_t>(std::ranges::count(text_, '.')) + 1;
}

bool DomainName::is_within(const DomainName& ancestor) const {
    if (ancestor.is_root()) return true;
    if (!text_.ends_with(ancestor.text_)) return false;
    return text_.size() == ancestor.text_.size() || text_[text_.size() - ancestor.text_.size() - 1] == '.';
}

DomainName DomainName::parent() const {
    const auto dot = text_.find('.');
    return DomainName{dot == std::string::npos ? std::string{} : text_.substr(dot + 1)};
}

Result<DomainName> DomainName::below(std::string_view prefix) const {
    return is_root() ? parse(prefix) : parse(fmt::format("{}.{}", prefix, text_));
}

}  // namespace postern
