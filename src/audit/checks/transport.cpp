// SPDX-License-Identifier: Apache-2.0
// MX records and transport security (5-13, 5-28 to 5-32).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/target.hpp"
#include "identity/tag_list.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

/// TXT records at `prefix`.DOMAIN that begin with `version`.
dns::Inquiry<std::pair<dns::Answer, std::vector<std::string>>>
policy_records(DomainName domain, std::string_view prefix, std::string_view version) {
    const auto name = domain.below(prefix);
    dns::Answer answer;
    if (name) answer = co_await dns::ask(dns::Question{*name, dns::Type::txt});
    std::vector<std::string> records = answer.texts();
    std::erase_if(records, [&](const std::string& text) {
        return !identity::without_blanks(text.substr(0, text.find(';'))).starts_with(version);
    });
    co_return std::pair(answer, records);
}

bool matches(std::string_view pattern, std::string_view host) {
    if (!pattern.starts_with("*.")) return pattern == host;
    const auto dot = host.find('.');
    return dot != host.npos && host.substr(dot) == pattern.substr(1);
}

}  // namespace

Judging judge_mx(const Evidence& evidence) {
    const MailHosts mx = co_await find_mail_hosts(*evidence.domain);
    const std::string domain(evidence.domain->text());
    if (!mx.unknown.empty())
        co_return Findings{
            unknown("MX_UNKNOWN", fmt::format("The MX records could not be looked up: {}.", mx.unknown))};
    if (mx.null_mx) co_return Findings{pass("MX_NULL", domain + " says that it takes no mail (null MX).")};
    Findings out;
    for (const MailHost& host : mx.hosts) {
        if (!host.unknown.empty())
            out.push_back(unknown("MX_HOST_UNKNOWN", fmt::format("The addresses of {} could not be looked up: {}.",
                                                                 host.name.text(), host.unknown)));
        else if (host.addresses.empty())
            out.push_back(failing("MX_NO_ADDRESS", fmt::format("The mail host {} has no address.", host.name.text()),
                                  "Publish its A record, or take the MX record away."));
        if (host.alias && !mx.implicit)
            out.push_back(failing(
                "MX_ALIAS", fmt::format("The mail host {} is an alias, which RFC 2181 10.3 forbids.", host.name.text()),
                "Point the MX record at the name behind the alias."));
        for (const IpAddress& ip : host.addresses)
            if (const auto use = ip.special_use(); use && !use->contains("documentation"))
                out.push_back(
                    failing("MX_PRIVATE",
                            fmt::format("The mail host {} leads to {}, {}.", host.name.text(), ip.to_string(), *use),
                            "Publish the address that others can reach."));
    }
    if (mx.implicit && out.empty())
        out.push_back(warning("MX_IMPLICIT", domain + " has no MX record; its own address is taken for one.",
                              "Publish an MX record, or a null MX (\"0 .\") if the domain takes no mail."));
    if (out.empty())
        out.push_back(pass("MX_GOOD", fmt::format("{} mail hosts, each with an address.", mx.hosts.size())));
    co_return out;
}

Judging judge_starttls(const Evidence& evidence) {
    Findings out;
    for (const SmtpLook& look : evidence.looks) {
        if (look.port != 25) continue;
        const std::string who = fmt::format("{} ({})", look.host.text(), look.ip.to_string());
        if (!look.unknown.empty()) {
            const std::string what = fmt::format("{} could not be looked at: {}.", who, look.unknown);
            out.push_back(evidence.port25_blocked_here
                              ? elsewhere("TLS_NOT_SEEN", what, "run the audit from a network where port 25 is open")
                              : unknown("TLS_NOT_SEEN", what));
            continue;
        }
        if (!look.offered_tls)
            out.push_back(
                failing("TLS_NOT_OFFERED", who + " offers no STARTTLS.",
                        "Postfix: smtpd_tls_security_level = may with a certificate; Exim: tls_advertise_hosts = *."));
        else if (!look.tls_problem.empty())
            out.push_back(failing("TLS_BROKEN",
                                  fmt::format("{} offers STARTTLS, and it fails: {}.", who, look.tls_problem),
                                  "Look at the server's log for the handshake; renew key and certificate."));
        else if (look.tls_version != "TLSv1.2" && look.tls_version != "TLSv1.3")
            out.push_back(failing("TLS_OLD", fmt::format("{} speaks {} at best.", who, look.tls_version),
                                  "Allow TLS 1.2 and 1.3 (RFC 9325)."));
        else if (look.certificate_expires && *look.certificate_expires < evidence.taken)
            out.push_back(
                failing("TLS_EXPIRED",
                        fmt::format("The certificate of {} expired on {}.", who, to_date(*look.certificate_expires)),
                        "Renew it, and have the server reload it."));
        else if (!std::ranges::any_of(look.certificate_names,
                                      [&](const std::string& name) { return matches(name, look.host.text()); }))
            out.push_back(warning("TLS_OTHER_NAME",
                                  fmt::format("The certificate of {} is for {}.", who, some_of(look.certificate_names)),
                                  fmt::format("Have one made that names {}.", look.host.text())));
        else out.push_back(pass("TLS_GOOD", fmt::format("{} speaks {}.", who, look.tls_version)));
    }
    if (out.empty())
        out.push_back(elsewhere("TLS_NOT_SEEN", "No mail server of the target was looked at.",
                                "run the audit without --no-smtp"));
    return settled(std::move(out));
}

Judging judge_tls_out(const Evidence& evidence) {
    Findings out;
    constexpr std::string_view fix =
        "Postfix: smtp_tls_security_level = may (or dane); Exim: leave hosts_avoid_tls empty.";
    if (evidence.trace.entry) {
        if (evidence.trace.entry->tls) out.push_back(pass("TLS_OUT_SEEN", "The saved message left over TLS."));
        else
            out.push_back(failing(
                "TLS_OUT_MISSING",
                fmt::format("The saved message left without TLS (received with {}).", evidence.trace.entry->with),
                std::string(fix)));
    }
    if (evidence.postfix.present()) {
        const std::string level = evidence.postfix.get("smtp_tls_security_level");
        if (level.empty() || level == "none")
            out.push_back(failing("TLS_OUT_OFF", "Postfix sends without TLS (smtp_tls_security_level is empty).",
                                  std::string(fix)));
        else out.push_back(pass("TLS_OUT_ON", fmt::format("Postfix sends with TLS where it can ({}).", level)));
    }
    if (out.empty())
        out.push_back(elsewhere("TLS_OUT_NOT_SEEN", "Whether mail leaves over TLS was not seen.",
                                "Give --message FILE, or run the audit on the server."));
    return settled(std::move(out));
}

Judging judge_mta_sts(const Evidence& evidence) {
    const auto [answer, records] = co_await policy_records(*evidence.domain, "_mta-sts", "v=STSv1");
    if (!answer.is_definite())
        co_return Findings{
            unknown("STS_UNKNOWN", fmt::format("The record could not be looked up: {}.", answer.reason()))};
    if (records.size() > 1)
        co_return Findings{failing("STS_SEVERAL", "There are several MTA-STS records, so none counts.", "Keep one.")};
    if (records.empty())
        co_return Findings{warning("STS_NONE", "No MTA-STS policy is published: TLS towards you can be stripped.",
                                   "Publish a policy (RFC 8461), first in mode testing.")};
    const auto tags = identity::parse_tag_list(records.front());
    if (!tags || tags->get("id").empty())
        co_return Findings{
            failing("STS_INVALID", "The MTA-STS record has no id.", "Write it as \"v=STSv1; id=20261124T000000\".")};
    const auto host = evidence.domain->below("mta-sts");
    const auto addresses = host ? (co_await dns::ask(dns::Question{*host, dns::Type::a})) : dns::Answer{};
    if (addresses.is_definite() && addresses.addresses().empty())
        co_return Findings{
            failing("STS_NO_HOST",
                    fmt::format("The record is there, but mta-sts.{}, where the policy is fetched, has no address.",
                                evidence.domain->text()),
                    "Publish the host and the policy file.")};
    co_return Findings{pass("STS_PUBLISHED", "An MTA-STS record is published, and the host of its policy has an "
                                             "address. The policy file itself is not fetched.")};
}

Judging judge_tls_reports(const Evidence& evidence) {
    const auto [answer, records] = co_await policy_records(*evidence.domain, "_smtp._tls", "v=TLSRPTv1");
    if (!answer.is_definite())
        co_return Findings{
            unknown("TLSRPT_UNKNOWN", fmt::format("The record could not be looked up: {}.", answer.reason()))};
    if (records.empty())
        co_return Findings{warning("TLSRPT_NONE", "Nobody hears of failing TLS towards you.",
                                   "Publish _smtp._tls TXT \"v=TLSRPTv1; rua=mailto:...\" (RFC 8460).")};
    co_return Findings{pass("TLSRPT_PUBLISHED", "Reports of failing TLS are asked for.")};
}

Judging judge_dane(const Evidence& evidence) {
    Findings out;
    for (const MailHost& host : (co_await find_mail_hosts(*evidence.domain)).hosts) {
        const auto name = host.name.below("_25._tcp");
        if (!name) continue;
        const dns::Answer answer = co_await dns::ask(dns::Question{*name, dns::Type::tlsa});
        if (!answer.is_definite()) {
            out.push_back(unknown("DANE_UNKNOWN",
                                  fmt::format("{} TLSA could not be looked up: {}.", name->text(), answer.reason())));
            continue;
        }
        if (answer.outcome != dns::Outcome::found) continue;
        std::size_t usable = 0;
        for (const dns::Record& record : answer.records)
            if (const auto* data = std::get_if<dns::Opaque>(&record.data);
                data != nullptr && data->octets.size() > 3 && (data->octets[0] == 2 || data->octets[0] == 3))
                ++usable;
        if (answer.validation == dns::Validation::insecure)
            out.push_back(failing(
                "DANE_UNSIGNED",
                fmt::format("{} has TLSA records in an unsigned zone: they count for nothing.", host.name.text()),
                "Sign the zone with DNSSEC, or take the records away."));
        else if (usable == 0)
            out.push_back(
                failing("DANE_UNUSABLE",
                        fmt::format("{} has TLSA records, none of usage 2 or 3 (RFC 7672 3.1.3).", host.name.text()),
                        "Publish \"3 1 1 HASH\" of the key."));
        else
            out.push_back(
                pass("DANE_PUBLISHED", fmt::format("{} publishes {} usable TLSA records.", host.name.text(), usable)));
    }
    if (out.empty()) out.push_back(pass("DANE_NOT_USED", "No TLSA records: DANE is not used, which breaks nothing."));
    co_return out;
}

}  // namespace postern::audit
