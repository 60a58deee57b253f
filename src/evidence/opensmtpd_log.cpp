// SPDX-License-Identifier: Apache-2.0
// OpenSMTPD: "smtpd[12]: 9f1c mta delivery evpid=... key=value ..."; the first word names the session.
#include "evidence/mail_event.hpp"
#include "evidence/scan.hpp"

namespace postern::evidence {
namespace {

using Kind = MailEvent::Kind;

/// The value of " key=", quoted or bare, angle brackets taken off.
std::string_view value(std::string_view rest, std::string_view key) {
    std::string_view found = behind(rest, key);
    if (found.starts_with('"')) return before(found.substr(1), "\"");
    if (found.starts_with('<')) return before(found.substr(1), ">");
    return before(found, " ");
}

std::optional<MailEvent> read_delivery(MailEvent event, std::string_view rest, bool local) {
    const std::string_view result = value(rest, " result=");
    event.kind = result == "Ok" ? Kind::sent : result == "TempFail" ? Kind::deferred : Kind::bounced;
    event.id = value(rest, " evpid=").substr(0, 8);  // the message; the rest names the recipient
    event.sender = value(rest, " from=");
    event.recipient = value(rest, " to=");
    event.source = value(rest, " source=");
    const std::string_view relay = value(rest, " relay=");
    event.relay_ip = trimmed(before(relay, "("));
    event.relay = between(relay, "(", ")");
    event.reply = value(rest, " stat=");
    event.local = local;
    return event;
}

}  // namespace

std::optional<MailEvent> read_opensmtpd_line(std::string_view line) {
    std::string_view rest = behind(line, "]: ");
    MailEvent event;
    event.id = take_word(rest);  // the session
    if (rest.starts_with("mta delivery ")) return read_delivery(event, rest, false);
    if (rest.starts_with("mda delivery ")) return read_delivery(event, rest, true);
    if (rest.starts_with("smtp connected ")) {
        event.kind = Kind::arrived;
        event.client = value(rest, " address=");
        return event;
    }
    if (rest.starts_with("smtp message ")) {
        event.kind = Kind::named;
        event.other_id = value(rest, " msgid=");
        return event;
    }
    if (rest.starts_with("smtp authentication ")) {
        event.kind = value(rest, " result=") == "ok" ? Kind::named : Kind::login_failed;
        event.login = value(rest, " user=");
        return event;
    }
    if (rest.starts_with("smtp failed-command ")) {
        event.kind = Kind::rejected;
        event.reply = value(rest, " result=");
        event.recipient = between(rest, "RCPT TO:<", ">");
        event.relay_denied = !event.recipient.empty() && event.reply.contains("Invalid recipient");
        return event;
    }
    if (rest.starts_with("smtp disconnected ")) {
        event.kind = Kind::removed;
        return event;
    }
    return std::nullopt;
}

}  // namespace postern::evidence
