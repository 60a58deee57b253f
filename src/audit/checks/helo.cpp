// SPDX-License-Identifier: Apache-2.0
// How the server calls itself, and what a message shows of the inside (5-05 to 5-07, 5-10 to 5-12).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/target.hpp"
#include "base/contains.hpp"
#include "identity/reverse_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace postern::audit {
namespace {

constexpr std::string_view helo_fix = "Postfix: smtp_helo_name = mail.example.com; Exim: primary_hostname; Exchange: "
                                      "Set-SendConnector -Fqdn. Use the reverse name of the address.";

/// Why a HELO name is none that a mail server may use; "" if it is one.
std::string helo_fault(const std::string& name) {
    if (name.starts_with('[')) return "it is an address literal";
    if (IpAddress::parse(name)) return "it is a bare address";
    const auto domain = DomainName::parse(name);
    if (!domain) return "it is no domain name";
    if (domain->label_count() < 2) return "it is not a full name";
    constexpr std::array<std::string_view, 10> inside{"local", "localdomain", "lan",     "internal", "intra",
                                                      "home",  "corp",        "private", "arpa",     "invalid"};
    const auto labels = domain->labels();
    if (contains(inside, labels.back())) return fmt::format(".{} exists on no public network", labels.back());
    if (labels.front() == "localhost") return "it is localhost";
    return {};
}

Finding no_helo() {
    return elsewhere("HELO_NOT_SEEN", "How the server greets is not known.",
                     "Give a message it sent to an outside mailbox (--message FILE), or run the audit on the server.");
}

bool is_inside_name(std::string_view host) {
    return !helo_fault(std::string(host)).empty() && host.contains('.') && !host.starts_with('[');
}

std::string_view host_of(std::string_view address) {
    const auto at = address.rfind('@');
    std::string_view host = at == address.npos ? std::string_view{} : address.substr(at + 1);
    while (!host.empty() && (host.back() == '>' || host.back() == ' ')) host.remove_suffix(1);
    return host;
}

}  // namespace

Judging judge_helo_valid(const Evidence& evidence) {
    Findings out;
    for (const HeloName& one : helo_names(evidence)) {
        const std::string fault = helo_fault(one.name);
        if (fault.empty())
            out.push_back(pass("HELO_GOOD", fmt::format("The server greets as {} ({}).", one.name, one.where)));
        else
            out.push_back(failing("HELO_BAD",
                                  fmt::format("The server greets as {} ({}): {}.", one.name, one.where, fault),
                                  std::string(helo_fix)));
    }
    if (out.empty()) out.push_back(no_helo());
    return settled(std::move(out));
}

Judging judge_helo_resolves(const Evidence& evidence) {
    Findings out;
    const auto addresses = co_await sending_addresses(evidence);
    for (const HeloName& one : helo_names(evidence)) {
        const auto name = DomainName::parse(one.name);
        if (!name || !helo_fault(one.name).empty()) {
            out.push_back(failing("HELO_CANNOT_RESOLVE",
                                  fmt::format("{} ({}) is no name that others can look up.", one.name, one.where),
                                  std::string(helo_fix)));
            continue;
        }
        const auto answers = co_await dns::ask(dns::Questions{{*name, dns::Type::a}, {*name, dns::Type::aaaa}});
        std::vector<IpAddress> found = answers[0].addresses();
        for (const IpAddress& ip : answers[1].addresses()) found.push_back(ip);
        const bool leads =
            one.ip ? contains(found, *one.ip)
                   : std::ranges::any_of(found, [&](const IpAddress& ip) { return contains(addresses, ip); });
        if (leads) out.push_back(pass("HELO_RESOLVES", fmt::format("{} leads to the sending address.", one.name)));
        else if (!answers[0].is_definite() || !answers[1].is_definite())
            out.push_back(
                unknown("HELO_UNKNOWN", fmt::format("{} could not be looked up: {}.", one.name,
                                                    (answers[0].is_definite() ? answers[1] : answers[0]).reason())));
        else if (found.empty())
            out.push_back(failing(
                "HELO_NO_ADDRESS", fmt::format("{} ({}) has no address.", one.name, one.where),
                fmt::format("Publish an A record for {}, or greet by the reverse name. {}", one.name, helo_fix)));
        else if (!one.ip && addresses.empty())
            out.push_back(unknown("HELO_UNCOMPARED", fmt::format("{} leads to {}; which address sends is not known.",
                                                                 one.name, found.front().to_string())));
        else
            out.push_back(failing("HELO_ELSEWHERE",
                                  fmt::format("{} ({}) leads to {}, not to the address that sends.", one.name,
                                              one.where, found.front().to_string()),
                                  std::string(helo_fix)));
    }
    if (out.empty()) out.push_back(no_helo());
    co_return out;
}

Judging judge_helo_is_ptr(const Evidence& evidence) {
    Findings out;
    std::vector<std::string> names;
    for (const IpAddress& ip : co_await sending_addresses(evidence)) {
        const auto reverse = co_await identity::find_reverse_name(ip);
        for (const auto& name : reverse.names) names.emplace_back(name.name.text());
    }
    for (const HeloName& one : helo_names(evidence)) {
        const auto name = DomainName::parse(one.name);
        if (names.empty())
            out.push_back(
                elsewhere("HELO_NOTHING_TO_COMPARE", "There is no reverse name to compare with.", "See 5-01."));
        else if (name && contains(names, name->text()))
            out.push_back(pass("HELO_IS_PTR", fmt::format("{} is also the reverse name.", one.name)));
        else
            out.push_back(warning("HELO_IS_NOT_PTR",
                                  fmt::format("The server greets as {} ({}), its address is called {}.", one.name,
                                              one.where, some_of(names)),
                                  std::string(helo_fix)));
    }
    if (out.empty()) out.push_back(no_helo());
    co_return out;
}

Judging judge_envelope_domain(const Evidence& evidence) {
    const wire::HeaderField* field = evidence.message->first("return-path");
    const auto boxes = field == nullptr ? std::vector<std::string>{} : wire::mailboxes(field->value());
    if (boxes.empty())
        co_return Findings{unknown("ENVELOPE_NOT_SEEN", "The message shows no envelope sender (Return-Path).",
                                   "Save the whole source of the message, as the outside mailbox has it.")};
    const auto domain = DomainName::parse(host_of(boxes.front()));
    if (!domain)
        co_return Findings{
            failing("ENVELOPE_NO_DOMAIN", fmt::format("The envelope sender {} has no domain.", boxes.front()),
                    "Set the masquerade domain: Postfix myorigin, masquerade_domains; Exim qualify_domain.")};
    const MailHosts hosts = co_await find_mail_hosts(*domain);
    if (!hosts.unknown.empty())
        co_return Findings{
            unknown("ENVELOPE_UNKNOWN", fmt::format("{} could not be looked up: {}.", domain->text(), hosts.unknown))};
    if (hosts.null_mx)
        co_return Findings{failing(
            "ENVELOPE_NULL_MX",
            fmt::format("{} says that it takes no mail (null MX), and yet it sends: many receivers refuse that.",
                        domain->text()),
            "Send from a domain that takes bounces.")};
    const bool any = std::ranges::any_of(hosts.hosts, [](const MailHost& host) { return !host.addresses.empty(); });
    if (!any)
        co_return Findings{failing(
            "ENVELOPE_UNREACHABLE",
            fmt::format("Bounces to {} can be delivered nowhere: it has neither MX nor address.", domain->text()),
            "Publish an MX record for it, or send from a domain that has one.")};
    co_return Findings{pass("ENVELOPE_RESOLVES", fmt::format("Bounces to {} can be delivered.", domain->text()))};
}

Judging judge_internal_names(const Evidence& evidence) {
    Findings out;
    for (const std::string_view name : {"from", "return-path", "message-id", "reply-to", "sender"})
        if (const auto* field = evidence.message->first(name)) {
            std::string value = field->value();
            const auto boxes = wire::mailboxes(value);
            const std::string shown = name == "message-id" || boxes.empty() ? value : boxes.front();
            if (is_inside_name(host_of(shown)) || (host_of(shown).empty() && shown.contains('@')))
                out.push_back(
                    failing("INTERNAL_NAME",
                            fmt::format("{} shows a name of the inside: {}.", field->raw.substr(0, name.size()), shown),
                            "Masquerade: Postfix masquerade_domains or smtp_generic_maps; Exim rewrite rules; a proper "
                            "host name on the machine that makes the Message-ID."));
        }
    if (out.empty())
        out.push_back(pass("NO_INTERNAL_NAME", "From, Return-Path and Message-ID show no name of the inside."));
    return settled(std::move(out));
}

Judging judge_header_fields(const Evidence& evidence) {
    Findings out;
    const wire::Message& message = *evidence.message;
    const auto count = [&](std::string_view name) { return message.all(name).size(); };
    const std::string_view fix = "Mend the program that wrote the message; Postfix adds Date and Message-ID with "
                                 "always_add_missing_headers = yes.";
    if (count("from") != 1)
        out.push_back(failing("FROM_COUNT",
                              fmt::format("The message has {} From fields; there must be one.", count("from")),
                              std::string(fix)));
    else if (wire::mailboxes(message.first("from")->value()).size() != 1)
        out.push_back(failing("FROM_NOT_ONE_ADDRESS",
                              fmt::format("From holds no single address: {}.", message.first("from")->value()),
                              std::string(fix)));
    if (count("date") != 1)
        out.push_back(failing("DATE_COUNT",
                              fmt::format("The message has {} Date fields; there must be one.", count("date")),
                              std::string(fix)));
    if (count("message-id") != 1)
        out.push_back(
            failing("MESSAGE_ID_COUNT",
                    fmt::format("The message has {} Message-ID fields; there should be one.", count("message-id")),
                    std::string(fix)));
    if (out.empty()) out.push_back(pass("HEADER_COMPLETE", "From, Date and Message-ID stand once each."));
    return settled(std::move(out));
}

Judging judge_banner(const Evidence& evidence) {
    Findings out;
    std::vector<IpAddress> done;
    const auto judge = [&](const SmtpLook& look) {
        if (look.port != 25 || !look.unknown.empty() || contains(done, look.ip)) return;
        done.push_back(look.ip);
        const std::string name = look.banner.substr(0, look.banner.find_first_of(" \t"));
        const std::string fault = helo_fault(name);
        if (fault.empty())
            out.push_back(pass("BANNER_GOOD", fmt::format("{} greets as {}.", look.ip.to_string(), name)));
        else
            out.push_back(
                warning("BANNER_BAD", fmt::format("{} greets as \"{}\": {}.", look.ip.to_string(), name, fault),
                        "Postfix: myhostname, and smtpd_banner = $myhostname ESMTP; Exim: primary_hostname; Exchange: "
                        "Set-ReceiveConnector -Fqdn."));
    };
    for (const Vantage& vantage : evidence.vantages) std::ranges::for_each(vantage.looks, judge);
    std::ranges::for_each(evidence.looks, judge);
    if (out.empty())
        out.push_back(
            elsewhere("BANNER_NOT_SEEN", "No server of the target greeted.",
                      "run the audit from a network where port 25 is open, or with --vantage NAME=URL#TOKEN"));
    return settled(std::move(out));
}

Judging judge_postmaster(const Evidence& evidence) {
    Findings out;
    for (const Vantage& vantage : evidence.vantages)
        for (const RecipientLook& look : vantage.recipients) {
            if (look.port != 25 || look.host.label_count() == 0) continue;  // only the mail hosts owe it to everybody
            for (const TriedRecipient& one : look.recipients) {
                const std::string said = fmt::format("{} answers RCPT for {} with {} {}", look.host.text(),
                                                     one.recipient, one.code, one.text);
                if (one.code / 100 == 2) out.push_back(pass("POSTMASTER_TAKEN", said + "."));
                else if (one.code / 100 == 5)
                    out.push_back(failing(
                        "POSTMASTER_REFUSED", said + ".",
                        "Let both addresses lead to somebody who reads them, and exempt them from filters: list "
                        "operators and other postmasters write there."));
                else
                    out.push_back(unknown("POSTMASTER_PUT_OFF",
                                          one.code == 0 ? fmt::format("{} was not tried at {}: {}.", one.recipient,
                                                                      look.host.text(), look.unknown)
                                                        : said + ".",
                                          "It may greylist or have banned the probe: try again in half an hour."));
            }
        }
    if (out.empty()) {
        const auto why = evidence.gaps.find("recipients");
        out.push_back(
            elsewhere("POSTMASTER_NOT_TRIED", "Whether postmaster@ and abuse@ take mail was not tried.",
                      why == evidence.gaps.end() ? "run the audit with --vantage NAME=URL#TOKEN" : why->second));
    }
    return settled(std::move(out));
}

}  // namespace postern::audit
