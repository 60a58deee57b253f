// SPDX-License-Identifier: Apache-2.0
// SPF of the domain and of HELO (5-14 to 5-17).
#include "identity/spf.hpp"
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/target.hpp"

#include <fmt/format.h>

namespace postern::audit {

using identity::SpfResult;
using Kind = identity::SpfMechanism::Kind;

Judging judge_spf_valid(const Evidence& evidence) {
    const DomainName domain = *evidence.domain;
    const auto published = co_await identity::find_spf(domain);
    if (published.problem == SpfResult::temperror)
        co_return Findings{
            unknown("SPF_UNKNOWN", fmt::format("The SPF record could not be looked up: {}.", published.why))};
    if (published.problem == SpfResult::none)
        co_return Findings{
            failing("SPF_NO_RECORD", published.why + ".",
                    fmt::format("Publish a TXT record at {}: \"v=spf1 mx -all\" where only the MX hosts send.",
                                domain.text()))};
    if (published.problem == SpfResult::permerror)
        co_return Findings{
            failing("SPF_INVALID", published.why + ".",
                    "Mend the record: a faulty one counts as a permanent error, wherever the fault stands.")};
    // An address that nothing matches makes the whole record be walked.
    auto query = *identity::spf_query(*IpAddress::parse("192.0.2.0"), fmt::format("postmaster@{}", domain.text()), "");
    const auto walked = co_await identity::check_spf(query);
    if (walked.result == SpfResult::permerror)
        co_return Findings{failing(
            walked.lookups > identity::spf_max_lookups ? "SPF_TOO_MANY_LOOKUPS" : "SPF_PERMERROR", walked.problem + ".",
            "Take out includes that are not used any more; name own servers by ip4 and ip6 instead of a and mx; one "
            "record has ten look-ups in all.")};
    if (walked.result == SpfResult::temperror)
        co_return Findings{
            unknown("SPF_UNKNOWN", fmt::format("The SPF record could not be walked: {}.", walked.problem))};
    const std::string cost = fmt::format("{} of {} look-ups", walked.lookups, identity::spf_max_lookups);
    if (walked.lookups >= identity::spf_max_lookups - 1)
        co_return Findings{warning("SPF_NEAR_LIMIT",
                                   fmt::format("The record is valid and needs {}: one more include breaks it.", cost),
                                   "Take out includes that are not used any more.")};
    co_return Findings{pass("SPF_VALID", fmt::format("The record is valid and needs {}.", cost))};
}

Judging judge_spf_passes(const Evidence& evidence) {
    Findings out;
    for (const IpAddress& ip : co_await sending_addresses(evidence)) {
        auto query = *identity::spf_query(ip, fmt::format("postmaster@{}", evidence.domain->text()), "");
        const auto verdict = co_await identity::check_spf(query);
        const std::string what =
            fmt::format("Mail of {} from {}: {}", evidence.domain->text(), ip.to_string(), to_string(verdict.result));
        if (verdict.result == SpfResult::pass)
            out.push_back(pass("SPF_PASS", fmt::format("{} ({}).", what, verdict.matched)));
        else if (verdict.result == SpfResult::temperror)
            out.push_back(unknown("SPF_UNKNOWN", fmt::format("{}: {}.", what, verdict.problem)));
        else
            out.push_back(failing("SPF_NOT_PASS",
                                  fmt::format("{}{}{}.", what, verdict.problem.empty() ? "" : ": ", verdict.problem),
                                  fmt::format("Add {}:{} to the SPF record of {}, in front of its all.",
                                              ip.is_v4() ? "ip4" : "ip6", ip.to_string(), evidence.domain->text())));
    }
    if (out.empty())
        out.push_back(unknown("NO_SENDING_ADDRESS", "No sending address is known.",
                              "Name them: postern audit DOMAIN ADDRESS..."));
    co_return out;
}

Judging judge_spf_helo(const Evidence& evidence) {
    Findings out;
    const auto addresses = co_await sending_addresses(evidence);
    for (const HeloName& one : helo_names(evidence)) {
        const auto ip = one.ip ? one.ip : addresses.empty() ? std::nullopt : std::optional(addresses.front());
        const auto query = ip ? identity::spf_query(*ip, "", one.name) : Result<identity::SpfQuery>(fail("", ""));
        if (!query) continue;
        const auto verdict = co_await identity::check_spf(*query);
        const std::string what = fmt::format("{} from {}: {}", one.name, ip->to_string(), to_string(verdict.result));
        const std::string fix = fmt::format("Publish a TXT record at {}: \"v=spf1 a -all\".", one.name);
        if (verdict.result == SpfResult::pass) out.push_back(pass("SPF_HELO_PASS", what + "."));
        else if (verdict.result == SpfResult::none)
            out.push_back(warning(
                "SPF_HELO_NONE",
                fmt::format("{} publishes no SPF record; bounces, which have no sender, are judged by it.", one.name),
                fix));
        else if (verdict.result == SpfResult::temperror)
            out.push_back(unknown("SPF_UNKNOWN", fmt::format("{}: {}.", what, verdict.problem)));
        else out.push_back(failing("SPF_HELO_FAIL", what + ".", fix));
    }
    if (out.empty())
        out.push_back(elsewhere("HELO_NOT_SEEN", "How the server greets, or from where, is not known.",
                                "Give --message FILE, or run the audit on the server."));
    co_return out;
}

Judging judge_spf_strict(const Evidence& evidence) {
    const auto published = co_await identity::find_spf(*evidence.domain);
    if (published.problem == SpfResult::temperror) co_return Findings{unknown("SPF_UNKNOWN", published.why + ".")};
    if (published.problem != SpfResult::pass)
        co_return Findings{failing("SPF_NO_USABLE_RECORD", published.why + ".", "See 5-14.")};
    Findings out;
    const identity::SpfMechanism* all = nullptr;
    for (const auto& mechanism : published.record.mechanisms) {
        if (mechanism.kind == Kind::all) all = &mechanism;
        if (mechanism.kind == Kind::ptr)
            out.push_back(warning("SPF_PTR", "The record uses ptr, which must not be used any more (RFC 7208 5.5).",
                                  "Name the hosts by a or ip4 instead."));
        if (mechanism.network && mechanism.qualifier == SpfResult::pass &&
            mechanism.network->prefix() < (mechanism.network->first().is_v4() ? 16 : 32))
            out.push_back(failing("SPF_HUGE_NETWORK",
                                  fmt::format("{} lets a whole provider send in your name.", mechanism.text),
                                  "Name your own servers only."));
    }
    if (all == nullptr && !published.record.redirect)
        out.push_back(failing("SPF_NO_ALL", "The record does not say what becomes of all other addresses.",
                              "End it in -all, or ~all while you still look for senders."));
    else if (all != nullptr && all->qualifier == SpfResult::pass)
        out.push_back(
            failing("SPF_PLUS_ALL", "The record lets everybody send in your name (+all).", "End it in -all."));
    else if (all != nullptr && all->qualifier == SpfResult::neutral)
        out.push_back(warning("SPF_NEUTRAL_ALL", "The record ends in ?all: it says nothing about strangers.",
                              "End it in ~all, later -all."));
    if (out.empty())
        out.push_back(
            pass("SPF_STRICT", fmt::format("The record ends in {}.", all == nullptr ? "redirect" : all->text)));
    co_return out;
}

}  // namespace postern::audit
