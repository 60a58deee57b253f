// SPDX-License-Identifier: Apache-2.0
// Small tests of manners, a connection each: VRFY and EXPN, AUTH without TLS and on port 25, a command hidden behind STARTTLS,
// a recipient that does not exist. No password is said, and no message is sent but to a recipient that should have been refused.
#include "audit/active/plan.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

namespace postern::audit {
namespace {

Script blank(const ActiveTarget& target, std::string purpose, std::uint16_t port, Channel channel) {
    return {.purpose = std::move(purpose), .server = target.ip, .port = port, .channel = channel};
}

Script vrfy(const ActiveTarget& target, const std::string& nobody) {
    Script script = blank(target, "vrfy", 25, Channel::if_offered);
    script.say("vrfy", "VRFY postmaster");
    script.say("vrfy-unknown", "VRFY " + nobody);
    script.say("expn", "EXPN postmaster");
    return script;
}

/// AUTH PLAIN without a response asks whether passwords would be taken here; "*" ends it before one is said.
Script auth(const ActiveTarget& target, std::string purpose, std::uint16_t port, Channel channel) {
    Script script = blank(target, std::move(purpose), port, channel);
    const int asked = script.say("auth", "AUTH PLAIN");
    script.say("cancelled", "*", asked, Line::Kind::cancel);
    return script;
}

Script injection(const ActiveTarget& target, std::uint16_t port) {
    Script script = blank(target, "starttls-injection", port, Channel::clear);
    script.say("injected", "RSET\r\n", Line::always, Line::Kind::start_tls);
    return script;
}

/// The message follows only if the recipient was taken: then whoever bounces it later shows at the far end.
Script unknown_recipient(const ActiveTarget& target, const ActiveWishes& wishes, const std::string& nobody,
                         const std::string& token) {
    Script script = blank(target, "unknown-recipient", 25, Channel::if_offered);
    script.token = token;
    const std::string sender = "<" + wishes.far_recipient + ">";
    const std::string recipient = fmt::format("{}@{}", nobody, wishes.domain.text());
    const int rcpt = script.ask("unknown", sender, "<" + recipient + ">");
    if (wishes.far_end) {
        const int data = script.say("unknown.data", "DATA", rcpt, Line::Kind::data);
        script.say("unknown.message",
                   test_message(wishes, token, wishes.far_recipient, recipient,
                                "is mail for somebody who does not exist taken first and bounced later?"),
                   data, Line::Kind::message);
    }
    script.say("", "RSET");
    script.ask("postmaster", sender, fmt::format("<postmaster@{}>", wishes.domain.text()));
    return script;
}

}  // namespace

void add_protocol_acts(Acts& acts, const ActiveWishes& wishes, const std::shared_ptr<Tokens>& tokens) {
    const std::string nobody = "postern-nobody-" + tokens->audit();
    const auto wanted = [&](std::string_view check) { return wishes.checks.contains(check); };
    for (const ActiveTarget& target : wishes.targets) {
        const std::string ip = target.ip.to_string();
        const auto open = [&](std::uint16_t port) { return contains(target.ports, port); };
        if (open(25) && (wanted("3-10") || wanted("3-11")))
            acts.push_back(
                in_order(target.ip,
                         fmt::format("{}: RCPT for a recipient that does not exist; a message only if it is taken", ip),
                         {unknown_recipient(target, wishes, nobody, tokens->next())}));
        if (open(25) && wanted("6-17"))
            acts.push_back(in_order(target.ip, fmt::format("{}: VRFY and EXPN", ip), {vrfy(target, nobody)}));
        std::vector<Script> logins, injections;
        for (const std::uint16_t port : {std::uint16_t{25}, std::uint16_t{587}}) {
            if (!open(port)) continue;
            if (wanted("6-12")) logins.push_back(auth(target, "auth-clear", port, Channel::clear));
            if (wanted("6-20")) injections.push_back(injection(target, port));
        }
        if (open(25) && wanted("6-13")) logins.push_back(auth(target, "auth-25", 25, Channel::starttls));
        if (!logins.empty())
            acts.push_back(in_order(target.ip,
                                    fmt::format("{}: AUTH without TLS and on port 25, cancelled before a password", ip),
                                    std::move(logins)));
        if (!injections.empty())
            acts.push_back(
                in_order(target.ip, fmt::format("{}: RSET hidden behind STARTTLS", ip), std::move(injections)));
    }
}

}  // namespace postern::audit
