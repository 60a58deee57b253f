// SPDX-License-Identifier: Apache-2.0
// Postfix: "postfix/smtpd[12]: 4XyZ: client=...", also under other instance names (postfix-out/smtp, postfix/submission/smtpd).
#include "evidence/mail_event.hpp"
#include "evidence/scan.hpp"

#include <algorithm>
#include <cctype>

namespace postern::evidence {
namespace {

using Kind = MailEvent::Kind;

bool is_queue_id(std::string_view text) {
    return text.size() >= 6 && text.size() <= 24 &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; });
}

/// "mx.example[198.51.100.9]:25" in two.
void read_host(std::string_view text, std::string_view& name, std::string_view& address) {
    name = before(text, "[");
    address = between(text, "[", "]");
}

std::optional<MailEvent> rejection(MailEvent event, std::string_view rest) {
    // "reject: RCPT from host[ip]: 554 5.7.1 <x@y>: Relay access denied; from=<> to=<> proto=ESMTP helo=<x>"
    std::string_view name;
    read_host(behind(rest, " from "), name, event.client);
    event.reply = before(behind(rest, "]: "), "; from=");
    event.sender = between(rest, "from=<", ">");
    event.recipient = between(rest, " to=<", ">");
    event.helo = between(rest, "helo=<", ">");
    event.kind = Kind::rejected;
    event.relay_denied = event.reply.contains("Relay access denied") || event.reply.contains("relay not permitted");
    event.unknown_recipient = event.reply.contains("User unknown") || event.reply.contains("undeliverable address");
    const bool filter = rest.starts_with("milter-reject");
    constexpr std::string_view signs[]{"virus", "Virus", "VIRUS", "nfected", "malware", "Malware", "Eicar", "EICAR"};
    if (filter && std::ranges::any_of(signs, [&](std::string_view sign) { return event.reply.contains(sign); }))
        event.kind = Kind::infected;
    return event;
}

/// "to=<b@c>, relay=mx[ip]:25, delay=1, dsn=2.0.0, status=sent (250 Ok: queued as ABC)"
std::optional<MailEvent> delivery(MailEvent event, std::string_view rest, std::string_view program) {
    const std::string_view status = behind(rest, " status=");
    if (status.starts_with("sent")) event.kind = Kind::sent;
    else if (status.starts_with("deferred")) event.kind = Kind::deferred;
    else if (status.starts_with("bounced")) event.kind = Kind::bounced;
    else return std::nullopt;
    event.recipient = between(rest, "to=<", ">");
    const std::string_view relay = between(rest, "relay=", ",");
    read_host(relay, event.relay, event.relay_ip);
    event.local = program != "smtp" && program != "error" && program != "relay";
    event.reply = behind(status, "(");
    if (event.reply.ends_with(')')) event.reply.remove_suffix(1);
    if (event.kind == Kind::sent) event.other_id = behind(event.reply, "queued as ");
    event.unknown_recipient = event.reply.contains("User unknown") || event.reply.contains("unknown user");
    return event;
}

std::optional<MailEvent> warning(MailEvent event, std::string_view rest) {
    if (const auto at = rest.find("authentication failed"); at != rest.npos && rest.contains("SASL")) {
        std::string_view name;
        read_host(rest, name, event.client);
        event.login = between(rest, "sasl_username=", ",");
        event.kind = Kind::login_failed;
        return event;
    }
    const bool milter = rest.starts_with("connect to Milter service") || rest.starts_with("milter ");
    if (!milter && !rest.contains("127.0.0.1:10024")) return std::nullopt;
    event.kind = Kind::unscanned;
    event.reply = rest;
    return event;
}

}  // namespace

std::optional<MailEvent> read_postfix_line(std::string_view line) {
    const auto slash = line.find('/');
    const auto open = line.find('[');
    if (slash == line.npos || open == line.npos || slash > open) return std::nullopt;
    std::string_view program = line.substr(0, open);
    program = program.substr(program.rfind('/') + 1);
    std::string_view rest = behind(line.substr(open), "]: ");

    MailEvent event;
    if (rest.starts_with("warning: ")) return warning(event, rest.substr(9));
    if (program == "smtp" && rest.contains("TLS connection established to")) {
        event.kind = Kind::tls_out;
        return event;
    }
    if (program == "smtp" && rest.starts_with("connect to ")) {
        event.kind = Kind::unreachable;
        read_host(rest.substr(11), event.relay, event.relay_ip);
        event.reply = behind(rest, "]:");
        return event;
    }
    const auto colon = rest.find(": ");
    if (colon == rest.npos) return std::nullopt;
    event.id = rest.substr(0, colon);
    rest.remove_prefix(colon + 2);
    if (event.id == "NOQUEUE") {
        event.id = {};
        return rest.starts_with("reject") || rest.starts_with("milter-reject") ? rejection(event, rest) : std::nullopt;
    }
    if (!is_queue_id(event.id)) return std::nullopt;
    if (rest.starts_with("client=")) {
        event.kind = Kind::arrived;
        std::string_view name;
        read_host(rest.substr(7), name, event.client);
        event.login = between(rest, "sasl_username=", ",");
        return event;
    }
    if (program == "pickup" && rest.starts_with("uid=")) {
        event.kind = Kind::arrived;
        event.local_user = between(rest, "uid=", " ");
        event.sender = between(rest, "from=<", ">");
        return event;
    }
    if (rest.starts_with("from=<")) {
        event.kind = Kind::named;
        event.sender = between(rest, "from=<", ">");
        return event;
    }
    if (rest.starts_with("to=<")) return delivery(event, rest, program);
    if (rest == "removed") {
        event.kind = Kind::removed;
        return event;
    }
    if (rest.starts_with("sender non-delivery notification: ")) {
        event.kind = Kind::returned;
        event.other_id = rest.substr(34);
        return event;
    }
    if (rest.starts_with("milter-reject") || rest.starts_with("reject: ")) return rejection(event, rest);
    if (program == "smtp" && rest.starts_with("host ") &&
        (rest.contains(" said: ") || rest.contains(" refused to talk to me: "))) {
        event.kind = Kind::deferred;  // one of several MX hosts; the next is tried
        read_host(rest.substr(5), event.relay, event.relay_ip);
        event.reply = rest;
        return event;
    }
    return std::nullopt;
}

}  // namespace postern::evidence
