// SPDX-License-Identifier: Apache-2.0
// Exim's main log: flags <= => -> ** ==, then fields such as H=, A=, F= (Exim specification, "Log files").
#include "evidence/mail_event.hpp"
#include "evidence/scan.hpp"

#include <algorithm>
#include <cctype>

namespace postern::evidence {
namespace {

using Kind = MailEvent::Kind;

/// "1tEx4m-0001AB-1a" or, since 4.97, "1tEx4m-000000001AB-1abc".
bool is_message_id(std::string_view text) {
    return (text.size() == 16 || text.size() == 23) && text[6] == '-' &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
}

/// `H=name (helo) [ip]` or `H=[ip]`: the address behind H=, also with a port.
void read_peer(std::string_view rest, MailEvent& event) {
    const std::string_view peer = rest.starts_with("H=") ? rest.substr(2) : behind(rest, " H=");
    event.client = between(peer, "[", "]");
    const std::string_view names = before(peer, "[");
    event.helo = names.contains('(') ? between(names, "(", ")") : trimmed(names);
}

std::string_view login_of(std::string_view rest) {
    const std::string_view authenticated = before(behind(rest, " A="), " ");
    const std::string_view login = behind(authenticated, ":");
    return login.empty() ? authenticated : login;
}

std::optional<MailEvent> read_delivery(MailEvent event, std::string_view rest) {
    const std::string_view transport = before(behind(rest, " T="), " ");
    read_peer(rest, event);
    event.relay = event.helo;
    event.relay_ip = event.client;
    event.helo = event.client = {};
    event.local = event.relay_ip.empty() || transport == "lmtp" || transport.starts_with("local");
    event.source = between(rest, " I=[", "]");
    event.reply = between(rest, " C=\"", "\"");
    if (event.kind != Kind::sent) event.reply = behind(rest, ": ");
    event.recipient = rest.contains('<') && before(rest, "<").size() < 80 && !before(rest, " ").contains('@')
                          ? between(rest, "<", ">")
                          : before(rest, " ");
    event.unknown_recipient = event.reply.contains("Unrouteable") || event.reply.contains("unknown");
    return event;
}

std::optional<MailEvent> read_rejection(MailEvent event, std::string_view rest) {
    read_peer(rest, event);
    event.kind = Kind::rejected;
    event.sender = between(rest, " F=<", ">");
    event.recipient = between(rest, "rejected RCPT <", ">");
    const std::string_view verdict = behind(rest, " rejected ");
    event.reply = behind(verdict, ": ");
    event.relay_denied = event.reply.contains("elay not permitted") || event.reply.contains("relaying denied");
    event.unknown_recipient = event.reply.contains("Unrouteable") || event.reply.contains("Unknown user");
    if (event.reply.contains("malware") || event.reply.contains("virus")) event.kind = Kind::infected;
    return event;
}

}  // namespace

std::optional<MailEvent> read_exim_line(std::string_view line) {
    MailEvent event;
    std::string_view rest = line;
    if (is_message_id(before(line, " "))) event.id = take_word(rest);
    if (rest.contains(" rejected ")) return read_rejection(event, rest);
    if (rest.contains("authenticator failed for")) {
        event.kind = Kind::login_failed;
        event.client = between(rest, "[", "]");
        return event;
    }
    if (rest.contains("malware acl condition: ") && rest.contains("clamd")) {
        event.kind = Kind::unscanned;
        event.reply = rest;
        return event;
    }
    if (event.id.empty()) return std::nullopt;
    if (rest == "Completed") {
        event.kind = Kind::removed;
        return event;
    }
    const std::string_view flag = take_word(rest);
    if (flag == "<=") {
        event.sender = take_word(rest);
        if (event.sender == "<>") event.sender = {};
        const std::string_view original = before(behind(rest, "R="), " ");
        if (event.sender.empty() && is_message_id(original) && rest.starts_with("R=")) {
            event.kind = Kind::returned;
            event.other_id = event.id;
            event.id = original;
            return event;
        }
        event.kind = Kind::arrived;
        read_peer(rest, event);
        event.login = login_of(rest);
        if (event.client.empty()) event.local_user = before(behind(rest, "U="), " ");
        return event;
    }
    if (flag == "=>" || flag == "->") event.kind = Kind::sent;
    else if (flag == "**") event.kind = Kind::bounced;
    else if (flag == "==") event.kind = Kind::deferred;
    else return std::nullopt;
    return read_delivery(event, rest);
}

}  // namespace postern::evidence
