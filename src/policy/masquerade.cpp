// SPDX-License-Identifier: Apache-2.0
#include "policy/masquerade.hpp"

#include "base/contains.hpp"

#include <algorithm>
#include <array>

namespace postern::policy {
namespace {

bool is_host_octet(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

/// What stands in front of the @ at `at`: a quoted text, or all up to a blank, bracket or comma.
std::string_view local_before(std::string_view text, std::size_t at) {
    std::size_t begin = at;
    if (at > 0 && text[at - 1] == '"') {
        begin = at - 1;
        while (begin > 0 && (text[begin - 1] != '"' || (begin > 1 && text[begin - 2] == '\\'))) --begin;
        begin -= begin > 0 ? 1 : 0;
    } else {
        const auto before = text.substr(0, at).find_last_of(" \t\r\n<>,;:()[]");
        begin = before == text.npos ? 0 : before + 1;
    }
    return text.substr(begin, at - begin);
}

/// Walks over a field: every host behind an @ outside quotes and comments is offered to `shown`, which gives the name in its place.
template <class Shown>
std::optional<std::string> rewrite(std::string_view text, Shown shown) {
    std::string out;
    bool quoted = false, changed = false;
    int comment = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        out += c;
        if (c == '\\' && i + 1 < text.size()) {
            out += text[++i];
            continue;
        }
        if (c == '"' && comment == 0) quoted = !quoted;
        else if (c == '(' && !quoted) ++comment;
        else if (c == ')' && !quoted && comment > 0) --comment;
        if (c != '@' || quoted || comment > 0) continue;
        std::size_t end = i + 1;
        while (end < text.size() && is_host_octet(text[end])) ++end;
        const std::string_view written = text.substr(i + 1, end - i - 1);
        const auto host = DomainName::parse(written);
        const DomainName* instead = host ? shown(i, *host) : nullptr;
        out += instead != nullptr ? std::string(instead->text()) : std::string(written);
        changed = changed || instead != nullptr;
        i = end - 1;
    }
    return changed ? std::optional(out) : std::nullopt;
}

/// The local part as it stands in a path: "a b" needs its quotes again (RFC 5321 4.1.2), or it would be another address.
std::string written_local(std::string_view local) {
    constexpr std::string_view special = "!#$%&'*+-/=?^_`{|}~";
    const auto is_atom = [special](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80 || c == '.' ||
               special.find(static_cast<char>(c)) != special.npos;
    };
    if (!local.empty() && std::ranges::all_of(local, is_atom) && !local.starts_with('.') && !local.ends_with('.') &&
        !local.contains(".."))
        return std::string(local);
    std::string out = "\"";
    for (const char c : local) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

constexpr std::array<std::string_view, 3> fields_with_senders{"from", "sender", "reply-to"};

/// Without the blank in front and the line end behind, folding kept.
std::string_view bare_value(const wire::HeaderField& field) {
    std::string_view text = field.body();
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::vector<DomainName> MasqueradeDomains::parse(const std::vector<std::string>& texts) {
    std::vector<DomainName> out;
    for (const std::string& text : texts)
        if (auto domain = DomainName::parse(text)) out.push_back(*std::move(domain));
    return out;
}

const DomainName* MasqueradeDomains::over(const DomainName& host) const {
    for (const DomainName& domain : all)
        if (host != domain && host.is_within(domain)) return &domain;
    return nullptr;
}

bool MasqueradeDomains::is_confirmed(const DomainName& domain) const { return contains(confirmed, domain); }

MasqueradeSight masquerade_sight(const MailAddress& sender, const wire::Message& message,
                                 const MasqueradeDomains& domains) {
    MasqueradeSight out;
    out.is_signed = message.first("dkim-signature") != nullptr;
    const auto note = [&](std::string_view place, std::string_view local, const DomainName& host) {
        const DomainName* domain = domains.over(host);
        if (domain == nullptr || out.rewrites.size() >= max_rewrites) return;
        const std::string before(local.substr(0, MailAddress::max_path));
        Rewrite one{place, before + '@' + std::string(host.text()), before + '@' + std::string(domain->text()),
                    *domain};
        if (!contains(out.rewrites, one)) out.rewrites.push_back(std::move(one));
    };
    if (sender.domain()) note("envelope", written_local(sender.local()), *sender.domain());
    for (const std::string_view name : fields_with_senders)
        for (const wire::HeaderField* field : message.all(name)) {
            const std::string_view text = bare_value(*field);
            (void)rewrite(text, [&](std::size_t at, const DomainName& host) -> const DomainName* {
                note(name, local_before(text, at), host);
                return nullptr;
            });
        }
    return out;
}

Changes outgoing_changes(const MailAddress& sender, const wire::Message& message, const MasqueradeDomains& domains,
                         bool add_missing_fields, std::string_view message_id, std::string_view date) {
    Changes out;
    if (message.first("dkim-signature") != nullptr) return out;
    const auto shown = [&](std::size_t, const DomainName& host) {
        const DomainName* domain = domains.over(host);
        return domain != nullptr && domains.is_confirmed(*domain) ? domain : nullptr;
    };
    if (sender.domain())
        if (const DomainName* domain = shown(0, *sender.domain()))
            out.sender = written_local(sender.local()) + "@" + std::string(domain->text());
    for (const std::string_view name : fields_with_senders) {
        std::size_t index = 0;
        for (const wire::HeaderField* field : message.all(name)) {
            ++index;
            if (auto value = rewrite(bare_value(*field), shown))
                out.changed.push_back({field->raw.substr(0, field->raw.find(':')), index, *std::move(value)});
        }
    }
    if (!add_missing_fields) return out;
    if (message.first("date") == nullptr) out.added.push_back({"Date", 1, std::string(date)});
    if (message.first("message-id") == nullptr) out.added.push_back({"Message-ID", 1, std::string(message_id)});
    return out;
}

}  // namespace postern::policy
