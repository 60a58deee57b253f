// SPDX-License-Identifier: Apache-2.0
#include "base/mail_address.hpp"

#include <algorithm>

namespace postern {
namespace {

constexpr std::string_view specials = "()<>[]:;,@\\\" ";

/// The last @ outside quotes, or npos.
std::size_t find_at(std::string_view text) {
    std::size_t found = text.npos;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') ++i;
        else if (text[i] == '"') quoted = !quoted;
        else if (text[i] == '@' && !quoted) found = i;
    }
    return found;
}

/// The local part without quotes; nothing when it is neither a dot-atom nor a quoted string.
std::optional<std::string> unquoted(std::string_view text) {
    if (!text.starts_with('"')) {
        if (text.empty() || text.find_first_of(specials) != text.npos) return std::nullopt;
        return std::string(text);
    }
    std::string out;
    std::size_t i = 1;
    for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
        out += text[i];
    }
    if (i + 1 != text.size()) return std::nullopt;
    return out;
}

/// "[192.0.2.1]", "[IPv6:2001:db8::1]"
std::optional<IpAddress> read_literal(std::string_view text) {
    if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
    std::string_view inner = text.substr(1, text.size() - 2);
    if (inner.starts_with("IPv6:") || inner.starts_with("ipv6:")) inner.remove_prefix(5);
    const auto address = IpAddress::parse(inner);
    return address ? std::optional(*address) : std::nullopt;
}

bool is_utf8_domain(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) &&
           text.find_first_of(specials) == text.npos;
}

}  // namespace

Result<MailAddress> MailAddress::parse(std::string_view path) {
    if (path.size() > max_path) return fail("address.too_long", "the address is longer than 256 octets");
    if (std::ranges::any_of(path, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }))
        return fail("address.control", "the address holds a control character");
    const bool opens = path.starts_with('<'), closes = path.ends_with('>');
    if (opens != closes || path == "<" || path == ">")
        return fail("address.malformed", "the address has one bracket of two");
    if (opens) path = path.substr(1, path.size() - 2);
    MailAddress out;
    if (path.empty()) return out;
    // A source route is to be taken off and ignored (RFC 5321 appendix C); who sends one today wants something.
    if (path.starts_with('@')) {
        const auto colon = path.find(':');
        if (colon == path.npos) return fail("address.malformed", "the address begins with an @");
        out.routed_ = true;
        path.remove_prefix(colon + 1);
    }
    const auto at = find_at(path);
    const std::string_view local = path.substr(0, at);
    auto plain = unquoted(local);
    if (!plain) return fail("address.malformed", "the part before the @ is neither a word nor quoted");
    if (plain->empty()) return fail("address.malformed", "nothing stands before the @");
    out.local_ = *std::move(plain);
    if (out.local_.size() > max_local)
        return fail("address.too_long", "the part before the @ is longer than 64 octets");
    out.routed_ = out.routed_ || out.local_.find_first_of("@%!|/:;,()<>[] \"\\") != std::string::npos;
    if (at == path.npos) return out;
    const std::string_view domain = path.substr(at + 1);
    if (domain.starts_with('[')) {
        out.literal_ = read_literal(domain);
        if (!out.literal_) return fail("address.malformed", "what stands in brackets behind the @ is no address");
        out.domain_text_ = domain;
        return out;
    }
    if (auto name = DomainName::parse(domain);
        name && !name->is_root() && !domain.contains(':') && domain.find_first_of("%!/|") == domain.npos) {
        out.domain_ = *std::move(name);
    } else if (is_utf8_domain(domain)) {
        out.utf8_ = true;
        out.domain_text_ = domain;
    } else {
        return fail("address.malformed", "what stands behind the @ is no domain");
    }
    return out;
}

std::string MailAddress::text() const {
    if (is_null()) return {};
    if (domain_) return local_ + "@" + std::string(domain_->text());
    return domain_text_.empty() ? local_ : local_ + "@" + domain_text_;
}

}  // namespace postern
