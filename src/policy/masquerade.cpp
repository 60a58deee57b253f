// SPDX-License-Identifier: Apache-2.0
#include "policy/masquerade.hpp"

#include <algorithm>
#include <array>

namespace postern::policy {
namespace {

bool is_host_octet(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

/// The field's text with every host behind an @ outside quotes and comments rewritten; nothing when none was.
std::optional<std::string> rewrite(std::string_view text, const IdentitySettings& settings) {
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
        const auto host = DomainName::parse(text.substr(i + 1, end - i - 1));
        const auto shown = host ? masqueraded(*host, settings) : std::nullopt;
        out += shown ? *shown : std::string(text.substr(i + 1, end - i - 1));
        changed = changed || shown;
        i = end - 1;
    }
    return changed ? std::optional(out) : std::nullopt;
}

/// The local part as it stands in a path: "a b" needs its quotes again (RFC 5321 4.1.2), or it would be another address.
std::string written(std::string_view local) {
    constexpr std::string_view special = "!#$%&'*+-/=?^_`{|}~";
    const auto is_atom = [special](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80 || c == '.' ||
               special.find(static_cast<char>(c)) != special.npos;
    };
    if (std::ranges::all_of(local, is_atom) && !local.starts_with('.') && !local.ends_with('.') &&
        !local.contains(".."))
        return std::string(local);
    std::string out = "\"";
    for (const char c : local) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

/// Without the blank in front and the line end behind, folding kept.
std::string_view bare_value(const wire::HeaderField& field) {
    std::string_view text = field.body();
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<std::string> masqueraded(const DomainName& host, const IdentitySettings& settings) {
    for (const std::string& text : settings.masquerade)
        if (const auto domain = DomainName::parse(text); domain && host != *domain && host.is_within(*domain))
            return std::string(domain->text());
    return std::nullopt;
}

Changes outgoing_changes(const MailAddress& sender, const wire::Message& message, const IdentitySettings& settings,
                         std::string_view message_id, std::string_view date) {
    Changes out;
    const bool is_signed = message.first("dkim-signature") != nullptr;
    if (!is_signed && settings.masquerade_confirmed) {
        if (sender.domain())
            if (const auto shown = masqueraded(*sender.domain(), settings))
                out.sender = written(sender.local()) + "@" + *shown;
        for (const std::string_view name : {"from", "sender", "reply-to"}) {
            std::size_t index = 0;
            for (const wire::HeaderField* field : message.all(name)) {
                ++index;
                if (auto value = rewrite(bare_value(*field), settings))
                    out.changed.push_back({field->raw.substr(0, field->raw.find(':')), index, *std::move(value)});
            }
        }
    }
    if (settings.add_missing_fields && !is_signed) {
        if (message.first("date") == nullptr) out.added.push_back({"Date", 1, std::string(date)});
        if (message.first("message-id") == nullptr) out.added.push_back({"Message-ID", 1, std::string(message_id)});
    }
    return out;
}

}  // namespace postern::policy
