// SPDX-License-Identifier: Apache-2.0
#include "policy/link_domains.hpp"

#include "base/contains.hpp"
#include "base/text.hpp"
#include "identity/registrable_domain.hpp"
#include "wire/mime.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

namespace postern::policy {
namespace {

constexpr Rule listed_link{"m3.link.listed", "M3", 554, "5.7.1"};

constexpr std::size_t longest_authority = 512;  // a host name with a login and a port in front and behind

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool equal_nocase(std::string_view text, std::string_view lowered) {
    return text.size() == lowered.size() &&
           std::ranges::equal(text, lowered, [](char a, char b) { return lower(a) == b; });
}

/// "&#46;" and "&#x2e;" are ".", "&amp;" is "&"; how many octets it takes, 0 if it is none. Only what can stand in a host matters.
std::size_t entity_at(std::string_view text, char& out) {
    constexpr std::array<std::pair<std::string_view, char>, 6> named{
        {{"&amp;", '&'}, {"&period;", '.'}, {"&sol;", '/'}, {"&colon;", ':'}, {"&commat;", '@'}, {"&bsol;", '\\'}}};
    for (const auto& [name, meaning] : named)
        if (text.starts_with(name)) {
            out = meaning;
            return name.size();
        }
    if (!text.starts_with("&#")) return 0;
    const bool hex = text.size() > 2 && lower(text[2]) == 'x';
    const std::size_t first = hex ? 3 : 2;
    const std::string_view digits = text.substr(std::min(first, text.size()), 8);
    unsigned code = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
    if (fault != std::errc{} || code < 0x21 || code > 0x7e) return 0;
    std::size_t length = first + static_cast<std::size_t>(end - digits.data());
    if (length < text.size() && text[length] == ';') ++length;
    out = static_cast<char>(code);
    return length;
}

std::optional<char> percent_at(std::string_view text) {
    if (text.size() < 3 || text[0] != '%') return std::nullopt;
    unsigned code = 0;
    const auto [end, fault] = std::from_chars(text.data() + 1, text.data() + 3, code, 16);
    if (fault != std::errc{} || end != text.data() + 3 || code < 0x21 || code > 0x7e) return std::nullopt;
    return static_cast<char>(code);
}

/// Entities undone, in one pass: what a browser sees.
std::string without_entities(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        char meaning = 0;
        if (const std::size_t length = text[0] == '&' ? entity_at(text, meaning) : 0; length > 0) {
            out += meaning;
            text.remove_prefix(length);
        } else {
            out += text[0];
            text.remove_prefix(1);
        }
    }
    return out;
}

/// Host of what stands behind the scheme: up to a slash, without login and port, percent signs undone.
std::string host_of(std::string_view behind) {
    behind = behind.substr(0, longest_authority);
    behind = behind.substr(0, behind.find_first_of("/\\?#\"'<>() \t\r\n,;|`{}^"));
    std::string host;
    for (std::size_t i = 0; i < behind.size(); ++i) {
        const auto meaning = percent_at(behind.substr(i));
        host += meaning.value_or(behind[i]);
        if (meaning) i += 2;
    }
    // A percent sign may have hidden a slash; readers differ, so the host ends there too.
    host.resize(std::min(host.find_first_of("/\\?#"), host.size()));
    if (const auto at = host.rfind('@'); at != host.npos) host.erase(0, at + 1);
    if (host.starts_with('[')) {
        const auto close = host.find(']');
        return close == host.npos ? host : host.substr(0, close + 1);
    }
    return host.substr(0, host.find(':'));
}

/// Nothing if it does not end like an address in numbers (WHATWG URL, host parsing): "3221225985", "0300.0.2.1", "0xc0.0.2.1".
std::optional<IpAddress> numeric_host(std::string_view host) {
    std::uint64_t value = 0;
    std::size_t parts = 0;
    while (!host.empty()) {
        std::string_view part = host.substr(0, host.find('.'));
        host.remove_prefix(std::min(part.size() + 1, host.size()));
        int base = 10;
        if (part.size() > 2 && part[0] == '0' && lower(part[1]) == 'x') {
            base = 16;
            part.remove_prefix(2);
        } else if (part.size() > 1 && part[0] == '0') {
            base = 8;
        }
        std::uint64_t number = 0;
        const auto [end, fault] = std::from_chars(part.data(), part.data() + part.size(), number, base);
        if (part.empty() || fault != std::errc{} || end != part.data() + part.size() || ++parts > 4)
            return std::nullopt;
        const bool last = host.empty();
        const std::uint64_t most = last ? (std::uint64_t{1} << (8 * (5 - parts))) - 1 : 255;
        if (number > most) return std::nullopt;
        value = last ? (value << (8 * (5 - parts))) | number : (value << 8) | number;
    }
    if (parts == 0) return std::nullopt;
    const auto octet = [&](int shift) { return static_cast<std::uint8_t>((value >> shift) & 0xff); };
    return IpAddress::from_v4({octet(24), octet(16), octet(8), octet(0)});
}

template <class T>
void add_once(std::vector<T>& all, T one, Links& links) {
    if (contains(all, one)) return;
    if (all.size() >= max_link_domains) links.cut = true;
    else all.push_back(std::move(one));
}

void add_host(std::string_view host, Links& links) {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty()) return;
    if (host.starts_with('[')) {
        const auto ip = host.ends_with(']') ? IpAddress::parse(host.substr(1, host.size() - 2)) : IpAddress::parse({});
        if (ip) add_once(links.addresses, *ip, links);
        else ++links.unreadable;
        return;
    }
    if (const auto ip = numeric_host(host)) return add_once(links.addresses, *ip, links);
    const auto name = DomainName::parse(host);
    auto domain = name ? identity::registrable_domain(*name) : std::nullopt;
    if (domain) add_once(links.domains, *std::move(domain), links);
    else ++links.unreadable;
}

/// May a name begin here? Not in the middle of a word or of a longer host.
bool at_word(std::string_view text, std::size_t at) {
    if (at == 0) return true;
    const char before = lower(text[at - 1]);
    return !((before >= 'a' && before <= 'z') || (before >= '0' && before <= '9') || before == '.' || before == '-');
}

/// How many octets of scheme and slashes stand at `at`; browsers take any number of slashes, of both kinds. 0: no link begins here.
std::size_t scheme_at(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(at);
    for (const std::string_view scheme : {std::string_view("https:"), std::string_view("http:")}) {
        if (!equal_nocase(rest.substr(0, scheme.size()), scheme)) continue;
        const auto slashes = rest.find_first_not_of("/\\", scheme.size());
        return slashes == rest.npos || slashes == scheme.size() ? 0 : slashes;
    }
    return 0;
}

}  // namespace

void find_links(std::string_view text, Links& links) {
    if (text.size() > max_link_octets) links.cut = true;
    const std::string plain = without_entities(text.substr(0, max_link_octets));
    std::size_t found = links.domains.size() + links.addresses.size() + links.unreadable;
    for (std::size_t at = 0; at < plain.size(); ++at) {
        const char c = lower(plain[at]);
        if ((c != 'h' && c != 'w') || !at_word(plain, at)) continue;
        const bool www = equal_nocase(std::string_view(plain).substr(at, 4), "www.");
        const std::size_t scheme = scheme_at(plain, at);
        if (!www && scheme == 0) continue;
        if (++found > max_links) {
            links.cut = true;
            return;
        }
        add_host(host_of(std::string_view(plain).substr(at + scheme)), links);
        at += scheme;  // a link within a link ("https://go.example/?u=http://evil.example") is found too
    }
}

Links find_links(const wire::Message& message) {
    Links links;
    const auto leaves = wire::mime_leaves(message);
    if (!leaves) {
        links.cut = true;
        return links;
    }
    for (const wire::MimeLeaf& leaf : *leaves)
        if (leaf.type.starts_with("text/")) find_links(leaf.octets, links);
    return links;
}

std::vector<LinkQuestion> link_questions(const Links& links, std::span<const reputation::Choice> choices) {
    std::vector<LinkQuestion> out;
    for (const DomainName& domain : links.domains)
        for (const reputation::Choice& choice : choices) {
            const bool asked = choice.list != nullptr && !choice.not_asked &&
                               choice.list->role == reputation::Role::block &&
                               contains(choice.list->kinds, reputation::Kind::domain);
            if (!asked) continue;
            if (out.size() >= max_link_questions) return out;
            out.push_back({&choice, reputation::Subject(domain)});
        }
    return out;
}

std::size_t LinkLook::count(reputation::Status status) const {
    return static_cast<std::size_t>(
        std::ranges::count(answers, status, [](const LinkAnswer& one) { return one.verdict.status; }));
}

std::size_t choose_links(Links& links, std::span<const DomainName> own, std::span<const DomainName> ignored,
                         std::size_t most, std::uint64_t salt) {
    const auto below = [](std::span<const DomainName> all, const DomainName& domain) {
        return std::ranges::any_of(all, [&](const DomainName& one) { return domain.is_within(one); });
    };
    std::erase_if(links.domains,
                  [&](const DomainName& domain) { return below(own, domain) || below(ignored, domain); });
    if (links.domains.size() <= most) return 0;
    const std::size_t left_out = links.domains.size() - most;
    const auto rank = [&](const DomainName& domain) {
        return std::hash<std::string>{}(fmt::format("{:x} {}", salt, domain.text()));
    };
    std::ranges::sort(links.domains, {}, rank);
    links.domains.erase(links.domains.begin() + static_cast<std::ptrdiff_t>(most), links.domains.end());
    return left_out;
}

void judge_links(std::span<const LinkAnswer> answers, Mode mode, Action action, Decision& decision) {
    constexpr std::size_t most_named = 8;
    std::vector<std::string> named;
    std::size_t listed = 0;
    for (const LinkAnswer& one : answers) {
        if (one.verdict.status != reputation::Status::listed) continue;
        if (reputation::weight_of(one.verdict, one.tier) > least_link_tier) continue;
        if (++listed > most_named) continue;
        std::string line = fmt::format("{} on {}", one.domain.text(), one.zone.text());
        for (const reputation::Hit& hit : one.verdict.hits)
            if (hit.effect == reputation::Effect::block)
                line += fmt::format(", {} ({})", hit.meaning, hit.code.to_string());
        if (!one.text.empty()) line += fmt::format(": {}", printable(one.text, 200));
        named.push_back(std::move(line));
    }
    if (listed == 0) return;
    if (listed > most_named) named.push_back(fmt::format("and {} more", listed - most_named));
    decision.add(listed_link, mode, action, "The message links to a domain that is listed for spam",
                 fmt::format("{}", fmt::join(named, "; ")));
}

}  // namespace postern::policy
