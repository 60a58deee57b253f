// SPDX-License-Identifier: Apache-2.0
#include "identity/spf_record.hpp"

#include "base/ascii_case.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace postern::identity {
namespace {

using Kind = SpfMechanism::Kind;

std::unexpected<Error> bad(std::string_view term, std::string_view why) {
    return fail("spf.syntax", fmt::format("\"{}\": {}", printable(term, 256), why));
}

struct KindName {
    std::string_view name;
    Kind kind;
};
constexpr std::array kinds{KindName{"all", Kind::all}, KindName{"include", Kind::include}, KindName{"a", Kind::a},
                           KindName{"mx", Kind::mx},   KindName{"ptr", Kind::ptr},         KindName{"ip4", Kind::ip4},
                           KindName{"ip6", Kind::ip6}, KindName{"exists", Kind::exists}};

/// "24", without sign or leading zero.
std::optional<int> parse_prefix(std::string_view text, int most) {
    int value = 0;
    if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size() || value < 0 || value > most) return std::nullopt;
    return value;
}

/// Takes "/24", "//64" or "/24//64" off the end of `text`. False: it is malformed.
bool take_dual_prefix(std::string_view& text, SpfMechanism& out) {
    // A slash may be a macro's delimiter; only what stands behind the last brace is a prefix.
    const auto brace = text.rfind('}');
    const auto slash = text.find('/', brace == text.npos ? 0 : brace);
    if (slash == text.npos) return true;
    std::string_view prefixes = text.substr(slash);
    text = text.substr(0, slash);
    const auto six = prefixes.find("//");
    if (six != prefixes.npos) {
        const auto length = parse_prefix(prefixes.substr(six + 2), 128);
        if (!length) return false;
        out.prefix6 = *length;
        prefixes = prefixes.substr(0, six);
    }
    if (prefixes.empty()) return true;
    const auto length = parse_prefix(prefixes.substr(1), 32);
    if (!length) return false;
    out.prefix4 = *length;
    return true;
}

Result<void> parse_network(SpfMechanism& out, std::string_view term, std::string_view value) {
    const bool four = out.kind == Kind::ip4;
    const auto slash = value.find('/');
    const auto address = IpAddress::parse(value.substr(0, slash));
    // A mapped address reads as IPv4; as ip6 it is what it stands for.
    if (!address || (four && (address->is_v6() || value.contains(':'))) || (!four && !value.contains(':')))
        return bad(term, four ? "not an IPv4 address" : "not an IPv6 address");
    int prefix = address->bits();
    if (slash != value.npos) {
        const auto given = parse_prefix(value.substr(slash + 1), four ? 32 : 128);
        if (!given) return bad(term, "not a prefix length");
        prefix = !four && address->is_v4() ? std::max(0, *given - 96) : *given;
    }
    out.network = Network::around(*address, prefix);
    return {};
}

Result<SpfMechanism> parse_mechanism(std::string_view term) {
    SpfMechanism out{.text = std::string(term)};
    std::string_view rest = term;
    constexpr std::string_view qualifiers = "+-~?";
    constexpr std::array results{SpfResult::pass, SpfResult::fail, SpfResult::softfail, SpfResult::neutral};
    if (const auto at = qualifiers.find(rest.front()); at != qualifiers.npos) {
        out.qualifier = results[at];
        rest.remove_prefix(1);
    }
    const auto end = std::min(rest.find_first_of(":/"), rest.size());
    const std::string name = lowered(rest.substr(0, end));
    const auto* known = std::ranges::find(kinds, name, &KindName::name);
    if (known == kinds.end()) return bad(term, "there is no such mechanism");
    out.kind = known->kind;
    rest.remove_prefix(end);
    const bool has_value = rest.starts_with(':');
    std::string_view value = has_value ? rest.substr(1) : rest;

    if (out.kind == Kind::all) {
        if (!rest.empty()) return bad(term, "takes no value");
        return out;
    }
    if (out.kind == Kind::ip4 || out.kind == Kind::ip6) {
        if (!has_value) return bad(term, "needs an address");
        if (auto network = parse_network(out, term, value); !network) return std::unexpected(network.error());
        return out;
    }
    if ((out.kind == Kind::a || out.kind == Kind::mx) && !take_dual_prefix(value, out))
        return bad(term, "not a prefix length");
    if (!has_value && !value.empty()) return bad(term, "takes no prefix length");
    if (has_value && value.empty()) return bad(term, "a colon without a domain");
    if (!has_value) {
        if (out.kind == Kind::include || out.kind == Kind::exists) return bad(term, "needs a domain");
        return out;
    }
    auto domain = parse_macro_string(value, MacroPlace::domain);
    if (!domain) return bad(term, domain.error().message);
    out.domain = *std::move(domain);
    out.domain_text = value;
    return out;
}

/// "name" of "name=value" where it is one (RFC 7208 12, "name").
std::optional<std::string> modifier_name(std::string_view term) {
    const auto equals = term.find('=');
    if (equals == term.npos || equals == 0 || std::isalpha(static_cast<unsigned char>(term.front())) == 0)
        return std::nullopt;
    const auto name = term.substr(0, equals);
    if (!std::ranges::all_of(name, [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-_.").contains(c);
        }))
        return std::nullopt;
    return lowered(name);
}

Result<void> parse_modifier(SpfRecord& record, const std::string& name, std::string_view term) {
    const std::string_view value = term.substr(term.find('=') + 1);
    const bool known = name == "redirect" || name == "exp";
    auto string = parse_macro_string(value, known ? MacroPlace::domain : MacroPlace::modifier);
    if (!string) return bad(term, string.error().message);
    if (!known) return {};
    auto& place = name == "redirect" ? record.redirect : record.explanation;
    if (place) return bad(term, "stands twice");
    place = *std::move(string);
    if (name == "redirect") record.redirect_text = value;
    return {};
}

}  // namespace

std::string_view to_string(SpfResult result) {
    constexpr std::array<std::string_view, 7> names{"none",     "neutral",   "pass",     "fail",
                                                    "softfail", "temperror", "permerror"};
    return names[static_cast<std::size_t>(result)];
}

bool is_spf(std::string_view text) {
    constexpr std::string_view version = "v=spf1";
    return text.size() >= version.size() && lowered(text.substr(0, version.size())) == version &&
           (text.size() == version.size() || text[version.size()] == ' ');
}

Result<SpfRecord> parse_spf(std::string_view text) {
    SpfRecord record;
    if (std::ranges::any_of(text, [](char c) { return c < ' ' || c > '~'; }))
        return fail("spf.syntax", "it holds characters that are not visible ASCII");
    text.remove_prefix(std::string_view("v=spf1").size());
    while (!text.empty()) {
        if (text.front() == ' ') {
            text.remove_prefix(1);
            continue;
        }
        const std::string_view term = text.substr(0, text.find(' '));
        text.remove_prefix(term.size());
        if (const auto name = modifier_name(term)) {
            if (auto read = parse_modifier(record, *name, term); !read) return std::unexpected(read.error());
            continue;
        }
        auto mechanism = parse_mechanism(term);
        if (!mechanism) return std::unexpected(mechanism.error());
        record.mechanisms.push_back(*std::move(mechanism));
    }
    return record;
}

}  // namespace postern::identity
