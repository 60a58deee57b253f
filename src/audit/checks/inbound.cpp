// SPDX-License-Identifier: Apache-2.0
// Inbound mail only by way of the filtering service (measure 4).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/filter_service.hpp"
#include "audit/target.hpp"
#include "base/ascii_case.hpp"
#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::audit {
namespace {

const FilterService* declared(const Evidence& evidence) {
    for (const FilterService& service : evidence.services)
        if (service.id == evidence.filter_service) return &service;
    return nullptr;
}

constexpr std::string_view origin_fix =
    "Let only the filter's networks in to the server, on every mail port, over IPv4 and IPv6.";

std::string place_of(const SmtpLook& look) {
    const std::string address = fmt::format("{} port {}", look.ip.to_string(), look.port);
    return look.host.label_count() == 0 ? address : fmt::format("{} ({})", look.host.text(), address);
}

/// One look from outside at the server behind the filter.
Finding judge_outside_look(const Vantage& vantage, const SmtpLook& look) {
    const std::string who = place_of(look);
    if (look.not_looked)
        return unknown("ORIGIN_NOT_LOOKED_AT",
                       fmt::format("{} did not look at {}: {}.", vantage.name, who, look.unknown),
                       "Allow it at the probe: postern probe --target ADDRESS.");
    if (look.unknown.empty() || !look.banner.empty())
        return failing("ORIGIN_OPEN_OUTSIDE",
                       fmt::format("{} greets strangers outside ({} saw it).", who, vantage.name),
                       std::string(origin_fix));
    if (look.unknown.starts_with("it greets with"))
        return pass("ORIGIN_REFUSES_OUTSIDE", fmt::format("{} refuses strangers at once: {}.", who, look.unknown));
    if (look.port == 25 && vantage.port25_out != "open")
        return unknown(
            "ORIGIN_NOT_PROVED",
            fmt::format("{} does not answer {} ({}), but whether that network lets port 25 out at all is not "
                        "proved.",
                        who, vantage.name, look.unknown),
            "Start the probe with --port25-control ADDRESS, a mail server elsewhere that answers.");
    return pass("ORIGIN_SHUT_OUTSIDE",
                fmt::format("{} does not answer {} outside ({}).", who, vantage.name, look.unknown));
}

Findings judge_origins(const Evidence& evidence, bool plain_door) {
    Findings out;
    for (const Vantage& vantage : evidence.vantages)
        for (const SmtpLook& look : vantage.looks)
            if ((look.port == 25 && look.ip.is_v4()) == plain_door) out.push_back(judge_outside_look(vantage, look));
    if (out.empty())
        out.push_back(
            elsewhere("ORIGIN_NOT_TRIED", "No address behind the filter was looked at from outside.",
                      "name the server's addresses: postern audit DOMAIN ADDRESS... --vantage NAME=URL#TOKEN"));
    return out;
}

}  // namespace

Judging judge_mx_at_filter(const Evidence& evidence) {
    const FilterService* service = declared(evidence);
    if (service == nullptr)
        co_return Findings{
            unknown("FILTER_UNCATALOGUED",
                    fmt::format("{} is not in the catalogue of filtering services.", evidence.filter_service))};
    const MailHosts mx = co_await find_mail_hosts(*evidence.domain);
    if (!mx.unknown.empty())
        co_return Findings{
            unknown("MX_UNKNOWN", fmt::format("The MX records could not be looked up: {}.", mx.unknown))};
    Findings out;
    for (const MailHost& host : mx.hosts)
        if (service_of(evidence.services, host.name) != service)
            out.push_back(
                failing("MX_BESIDE_FILTER",
                        fmt::format("The mail host {} is none of {}: whoever delivers there goes around the filter.",
                                    host.name.text(), service->name),
                        fmt::format("Take its MX record away, wait for its TTL, then let in only {}.", service->name)));
    if (out.empty()) out.push_back(pass("MX_AT_FILTER", fmt::format("Every MX record leads to {}.", service->name)));
    co_return out;
}

Judging judge_stale_mx(const Evidence& evidence) {
    Findings out;
    const MailHosts mx = co_await find_mail_hosts(*evidence.domain);
    if (!mx.unknown.empty())
        co_return Findings{
            unknown("MX_UNKNOWN", fmt::format("The MX records could not be looked up: {}.", mx.unknown))};
    for (const SmtpLook& look : evidence.looks)
        if (look.port == 25 && look.unknown.empty() && service_of(evidence.services, look.host) == nullptr)
            out.push_back(failing("ORIGIN_ANSWERS",
                                  fmt::format("{} ({}) answers strangers on port 25, beside the filter.",
                                              look.host.text(), look.ip.to_string()),
                                  "Let only the filter's servers in to port 25."));
    for (const SmtpLook& look : evidence.looks)
        if (look.port == 25 && !look.unknown.empty() && service_of(evidence.services, look.host) == nullptr)
            out.push_back(evidence.port25_blocked_here
                              ? elsewhere("ORIGIN_NOT_SEEN",
                                          fmt::format("{} could not be looked at: {}.", look.host.text(), look.unknown),
                                          "Run the audit from a network where port 25 is open.")
                              : pass("ORIGIN_SILENT",
                                     fmt::format("{} does not answer here: {}.", look.host.text(), look.unknown)));
    if (out.empty()) out.push_back(pass("NO_STALE_MX", "No mail host beside the filter's answered."));
    co_return out;
}

Judging judge_origin_discoverable(const Evidence& evidence) {
    constexpr std::array<std::string_view, 8> usual{"mail", "smtp",         "mx",      "exchange",
                                                    "owa",  "autodiscover", "webmail", "remote"};
    std::vector<DomainName> names;
    dns::Questions questions;
    for (const std::string_view label : usual)
        if (const auto name = evidence.domain->below(label)) {
            names.push_back(*name);
            questions.push_back({*name, dns::Type::a});
        }
    const auto answers = co_await dns::ask(std::move(questions));
    const OwnSenders own = co_await find_own_senders(evidence);
    Findings out;
    for (std::size_t i = 0; i < names.size(); ++i)
        for (const IpAddress& ip : answers[i].addresses())
            if (contains(own.addresses, ip))
                out.push_back(warning(
                    "ORIGIN_NAMED",
                    fmt::format(
                        "{} leads to {}, a sender of yours: who looks for the server behind the filter finds it.",
                        names[i].text(), ip.to_string()),
                    "Let only the filter's servers in to port 25; then it may be found."));
    if (out.empty())
        out.push_back(pass("ORIGIN_NOT_NAMED", "The usual names do not lead to the server behind the filter."));
    co_return out;
}

Judging judge_inbound_outside_filter(const Evidence& evidence) {
    const FilterService* service = declared(evidence);
    if (service == nullptr)
        return settled({unknown("FILTER_UNCATALOGUED", fmt::format("{} is not in the catalogue of filtering services.",
                                                                   evidence.filter_service))});
    std::vector<std::string> outside;
    std::uint64_t inside = 0;
    for (const auto& [text, count] : evidence.logs->inbound.top(evidence::Tally::max_keys)) {
        const auto ip = IpAddress::parse(text);
        const bool theirs = ip && std::ranges::any_of(evidence.filter_networks,
                                                      [&](const Network& network) { return network.contains(*ip); });
        if (theirs) inside += count;
        else outside.push_back(fmt::format("{} ({})", text, count));
    }
    if (evidence.filter_networks.empty())
        return settled({elsewhere("FILTER_RANGES_UNKNOWN",
                                  fmt::format("The networks from which {} delivers are not known.", service->name),
                                  fmt::format("Give them: --filter-networks FILE, from {}", service->ranges))});
    if (!outside.empty())
        return settled({failing("INBOUND_AROUND_FILTER",
                                fmt::format("Mail came in from outside the filter: {}.", some_of(outside)),
                                "Find out who they are; then let only the filter's networks in to port 25.")});
    return settled(
        {pass("INBOUND_BY_FILTER", fmt::format("All {} messages from outside came from the filter.", inside))});
}

Judging judge_filter_ranges(const Evidence& evidence) {
    if (evidence.filter_networks.empty())
        return settled(
            {elsewhere("FILTER_RANGES_UNKNOWN", "The networks from which the filter delivers were not given.",
                       "Give them with --filter-networks FILE.")});
    Findings out;
    for (const Network& network : evidence.filter_networks) {
        const int least = network.first().is_v4() ? 16 : 32;
        const auto use = network.first().special_use();
        if (network.prefix() < least)
            out.push_back(
                failing("RANGE_TOO_WIDE",
                        fmt::format("{} is more than a filtering service delivers from.", network.to_string()),
                        "Take the networks from the service's own page, and no larger ones."));
        else if (use && (use->contains("private") || use->contains("loopback")))
            out.push_back(
                failing("RANGE_PRIVATE",
                        fmt::format("{} is {}: nobody outside delivers from there.", network.to_string(), *use),
                        "Take it out of the filter's networks."));
    }
    if (out.empty())
        out.push_back(pass("RANGES_SANE", fmt::format("The filter's {} networks are of a plausible size.",
                                                      evidence.filter_networks.size())));
    return settled(std::move(out));
}

Judging judge_filter_exempt(const Evidence& evidence) {
    const auto& config = evidence.postfix;
    Findings out;
    for (const std::string_view setting : {"smtpd_client_restrictions", "smtpd_helo_restrictions",
                                           "smtpd_sender_restrictions", "smtpd_recipient_restrictions"}) {
        const std::string value = config.get(setting);
        const auto list = value.find("reject_rbl_client");
        const auto exempt = value.find("check_client_access");
        if (list != value.npos && (exempt == value.npos || exempt > list))
            out.push_back(
                failing("FILTER_ON_LISTS",
                        fmt::format("{} asks lists about whoever connects, which is the filter's servers alone: one "
                                    "entry of theirs, and all mail is refused.",
                                    setting),
                        "Take reject_rbl_client out, or let the filter's networks pass before it "
                        "(check_client_access cidr:/etc/postfix/filter.cidr)."));
    }
    if (!config.get("postscreen_dnsbl_sites").empty() && config.get("postscreen_dnsbl_action", "ignore") != "ignore" &&
        !config.get("postscreen_access_list").contains("cidr:"))
        out.push_back(failing("FILTER_ON_LISTS",
                              "postscreen asks lists about the filter's servers and refuses by them.",
                              "Let the filter's networks pass in postscreen_access_list (a cidr: table with permit)."));
    if (config.get("smtpd_client_connection_rate_limit", "0") != "0" ||
        config.get("smtpd_client_message_rate_limit", "0") != "0")
        out.push_back(
            warning("FILTER_RATE_LIMITED",
                    "Limits by client address hold for the filter's few servers, through which all mail comes.",
                    "Name its networks in smtpd_client_event_limit_exceptions."));
    if (out.empty())
        out.push_back(pass("FILTER_EXEMPT", "No list and no limit by address stands against the filter's servers."));
    return settled(std::move(out));
}

Judging judge_exchange_connectors(const Evidence& evidence) {
    Findings out;
    for (const auto& connector : evidence.exchange.receive) {
        const bool everybody = std::ranges::any_of(
            connector.remote_ip_ranges, [](const std::string& range) { return evidence::covers_everybody(range); });
        if (connector.anonymous_relay && everybody)
            out.push_back(
                failing("EXCHANGE_OPEN_RELAY",
                        fmt::format("The receive connector {} lets everybody relay without login.", connector.name),
                        "Remove-ADPermission of Ms-Exch-SMTP-Accept-Any-Recipient for ANONYMOUS LOGON, or name the "
                        "machines in RemoteIPRanges."));
        else if (connector.anonymous_relay)
            out.push_back(warning("EXCHANGE_ANONYMOUS_RELAY",
                                  fmt::format("The receive connector {} lets {} relay without login.", connector.name,
                                              some_of(connector.remote_ip_ranges)),
                                  "Keep only the machines that cannot log in, each by its address."));
        else if (connector.anonymous && everybody && !evidence.filter_service.empty())
            out.push_back(
                failing("EXCHANGE_AROUND_FILTER",
                        fmt::format("The receive connector {} takes mail from everybody, beside the filter in front.",
                                    connector.name),
                        "Set-ReceiveConnector -RemoteIPRanges to the filter's networks."));
    }
    if (out.empty()) out.push_back(pass("EXCHANGE_CONNECTORS_NARROW", "No receive connector relays for strangers."));
    return settled(std::move(out));
}

Judging judge_origin_outside(const Evidence& evidence) { return settled(judge_origins(evidence, true)); }

Judging judge_origin_other_doors(const Evidence& evidence) { return settled(judge_origins(evidence, false)); }

Judging judge_origin_takes_mail(const Evidence& evidence) {
    Findings out;
    bool looked = false, answered = false;
    for (const Vantage& vantage : evidence.vantages) {
        for (const SmtpLook& look : vantage.looks) {
            looked = looked || !look.not_looked;
            answered = answered || look.unknown.empty();
        }
        for (const RecipientLook& one : vantage.recipients) {
            const std::string who = fmt::format("{} port {}", one.ip.to_string(), one.port);
            const auto taken =
                std::ranges::find_if(one.recipients, [](const TriedRecipient& r) { return r.code / 100 == 2; });
            const auto put_off =
                std::ranges::find_if(one.recipients, [](const TriedRecipient& r) { return r.code / 100 == 4; });
            if (taken != one.recipients.end())
                out.push_back(failing(
                    "ORIGIN_TAKES_MAIL",
                    fmt::format("{} takes mail for {} from strangers, around the filter.", who, taken->recipient),
                    std::string(origin_fix)));
            else if (put_off != one.recipients.end() || (one.recipients.empty() || one.recipients.front().code == 0))
                out.push_back(unknown("ORIGIN_PUT_OFF",
                                      fmt::format("{} gave no final answer to RCPT: {}.", who,
                                                  put_off != one.recipients.end() ? put_off->text : one.unknown),
                                      "It may greylist or have banned the probe: try again in half an hour."));
            else
                out.push_back(pass("ORIGIN_REFUSES_MAIL", fmt::format("{} refuses mail from strangers: {}.", who,
                                                                      one.recipients.front().text)));
        }
    }
    if (out.empty() && looked && !answered)
        out.push_back(
            pass("ORIGIN_ANSWERS_NOBODY", "No address behind the filter answered from outside, so none takes mail."));
    if (out.empty()) {
        const auto why = evidence.gaps.find("recipients");
        out.push_back(elsewhere(
            "ORIGIN_RCPT_NOT_TRIED", "Whether the server takes mail around the filter was not tried.",
            why == evidence.gaps.end() ? "postern audit DOMAIN ADDRESS... --vantage NAME=URL#TOKEN" : why->second));
    }
    return settled(std::move(out));
}

Judging judge_secret_stripped(const Evidence& evidence) {
    if (evidence.secret_header.empty())
        return settled({elsewhere("SECRET_NOT_DECLARED", "By which field the filter proves itself was not said.",
                                  "say it with --filter-secret FIELD, or nothing if your server goes by addresses")});
    if (evidence.message->first(lowered(evidence.secret_header)) != nullptr)
        return settled({failing(
            "SECRET_LEAKS",
            fmt::format("{} stands in a message that left: whoever receives it can pass for the filter.",
                        evidence.secret_header),
            "Take the field off after it was checked: Postfix header_checks IGNORE on the way in; and change the "
            "secret.")});
    return settled({pass("SECRET_STRIPPED", fmt::format("{} does not stand in what leaves.", evidence.secret_header))});
}

}  // namespace postern::audit
