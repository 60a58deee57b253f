// SPDX-License-Identifier: Apache-2.0
#include "app/identity/identity_command.hpp"

#include "app/cli/inquire.hpp"
#include "app/cli/shared_options.hpp"
#include "app/identity/provider_letter.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "identity/dkim.hpp"
#include "identity/dmarc.hpp"
#include "identity/generic_name.hpp"
#include "identity/reverse_name.hpp"
#include "identity/spf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace postern::app {
namespace {

using namespace identity;

Instant now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

bool wants_json(const Invocation& invocation) { return invocation.value("--format").value_or("text") == "json"; }

Exit answer(const Invocation& invocation, const json::value& document, const std::string& text, Exit code) {
    print(wants_json(invocation) ? json::pretty(document) : text);
    return code;
}

/// Runs an inquiry with the resolver that the options name; the exit code if that failed.
template <class T>
std::expected<T, Exit> learn(const Invocation& invocation, dns::Inquiry<T> inquiry) {
    const auto config = read_config(invocation);
    if (!config) return std::unexpected(refuse(config.error().message));
    const auto options = read_resolver_options(invocation, *config);
    if (!options) return std::unexpected(refuse(options.error().message));
    const auto timeout = read_timeout(invocation, config->timeout);
    if (!timeout) return std::unexpected(refuse(timeout.error().message));
    auto learnt = inquire(*options, *timeout, std::move(inquiry));
    if (!learnt) {
        refuse(learnt.error().message);
        return std::unexpected(Exit::undetermined);
    }
    if (!learnt->note.empty() && !invocation.has("--quiet"))
        std::fprintf(stderr, "note: %s\n", printable(learnt->note).c_str());
    return std::move(learnt->value);
}

Exit spf_exit(SpfResult result) {
    if (result == SpfResult::pass) return Exit::well;
    return result == SpfResult::temperror ? Exit::undetermined : Exit::found;
}

std::string spf_text(const SpfVerdict& verdict) {
    std::string out = fmt::format("{}\n", to_string(verdict.result));
    if (!verdict.matched.empty()) out += fmt::format("  decided by: {}\n", printable(verdict.matched));
    if (!verdict.problem.empty()) out += fmt::format("  because: {}\n", printable(verdict.problem));
    if (!verdict.explanation.empty())
        out += fmt::format("  the domain's own words: {}\n", printable(verdict.explanation));
    out += fmt::format("  look-ups: {} of {}, of which empty: {} of {}\n\nsteps:\n", verdict.lookups, spf_max_lookups,
                       verdict.void_lookups, spf_max_void_lookups);
    for (const SpfStep& step : verdict.steps)
        out += fmt::format("  {:{}}{}\n", "", 2 * step.depth, printable(step.text));
    return out;
}

json::value spf_json(const SpfQuery& query, const SpfVerdict& verdict) {
    json::array steps;
    for (const SpfStep& step : verdict.steps)
        steps.push_back(json::object{{"depth", step.depth}, {"text", json::text(step.text)}});
    return json::object{{"result", to_string(verdict.result)},
                        {"explanation", json::text(verdict.explanation)},
                        {"domain", query.domain.text()},
                        {"ip", query.ip.to_string()},
                        {"matched", json::text(verdict.matched)},
                        {"problem", json::text(verdict.problem)},
                        {"lookups", verdict.lookups},
                        {"void_lookups", verdict.void_lookups},
                        {"steps", std::move(steps)}};
}

Result<DomainName> domain_argument(const Invocation& invocation) {
    if (invocation.words().size() != 1) return fail("usage", "one domain is needed, such as example.com");
    return DomainName::parse(invocation.words().front());
}

std::string dmarc_text(const DmarcFinding& finding, const std::vector<ReportDestination>& reports) {
    const bool found = finding.status == DmarcFinding::Status::found;
    std::string out =
        found ? fmt::format("{}: receivers are asked to {}\n", finding.author.text(),
                            finding.effective == DmarcPolicy::none ? "do nothing (none)" : to_string(finding.effective))
              : fmt::format("{}: {}\n", finding.author.text(),
                            finding.status == DmarcFinding::Status::none ? "no policy" : "unknown");
    if (found)
        out += fmt::format("  from: {} of _dmarc.{}{}\n  alignment: DKIM {}, SPF {}\n", finding.effective_tag,
                           finding.record_domain.text(), finding.record.testing ? ", in test mode (t=y)" : "",
                           finding.record.strict_dkim ? "strict" : "relaxed",
                           finding.record.strict_spf ? "strict" : "relaxed");
    out += fmt::format("  organisational domain: {}\n", finding.organizational.text());
    if (!finding.problem.empty()) out += fmt::format("  problem: {}\n", printable(finding.problem));
    for (const std::string& oddity : finding.record.oddities) out += fmt::format("  note: {}\n", printable(oddity));
    for (const ReportDestination& one : reports)
        out += fmt::format("  reports to {}{}\n", printable(one.uri),
                           one.authorized ? "" : fmt::format(": not sent, {}", printable(one.problem)));
    out += "\nsteps:\n";
    for (const DmarcStep& step : finding.steps)
        out += fmt::format("  {} TXT: {}\n", step.asked.text(), printable(step.found));
    return out;
}

json::value dmarc_json(const DmarcFinding& finding, const std::vector<ReportDestination>& reports) {
    constexpr std::array<std::string_view, 3> names{"found", "none", "temperror"};
    json::array steps, destinations, oddities;
    for (const DmarcStep& step : finding.steps)
        steps.push_back(json::object{{"asked", step.asked.text()}, {"found", json::text(step.found)}});
    for (const ReportDestination& one : reports)
        destinations.push_back(json::object{{"uri", json::text(one.uri)},
                                            {"external", one.external},
                                            {"authorized", one.authorized},
                                            {"problem", json::text(one.problem)}});
    for (const std::string& oddity : finding.record.oddities) oddities.push_back(json::text(oddity));
    json::object out{{"result", names[static_cast<std::size_t>(finding.status)]},
                     {"domain", finding.author.text()},
                     {"organizational_domain", finding.organizational.text()},
                     {"problem", json::text(finding.problem)},
                     {"steps", std::move(steps)}};
    if (finding.status == DmarcFinding::Status::found) {
        out["policy"] = to_string(finding.effective);
        out["policy_tag"] = finding.effective_tag;
        out["record_domain"] = finding.record_domain.text();
        out["record"] = json::text(finding.record.text);
        out["testing"] = finding.record.testing;
        out["alignment"] = json::object{{"dkim", finding.record.strict_dkim ? "strict" : "relaxed"},
                                        {"spf", finding.record.strict_spf ? "strict" : "relaxed"}};
        out["reports"] = std::move(destinations);
        out["notes"] = std::move(oddities);
    }
    return out;
}

struct DmarcAnswer {
    DmarcFinding finding;
    std::vector<ReportDestination> reports;
};
dns::Inquiry<DmarcAnswer> ask_dmarc(DomainName domain) {
    DmarcAnswer out{co_await find_dmarc(domain), {}};
    out.reports = co_await check_report_destinations(out.finding);
    co_return out;
}

std::string dkim_text(const std::vector<DkimVerdict>& verdicts) {
    std::string out = verdicts.empty() ? "none: the message carries no DKIM signature\n" : "";
    for (const DkimVerdict& verdict : verdicts) {
        out += fmt::format("{}: {} by selector {} ({}, {}{})\n", to_string(verdict.result), printable(verdict.domain),
                           printable(verdict.selector), verdict.algorithm, verdict.canonicalization,
                           verdict.key ? fmt::format(", {} bits", verdict.key->bits) : "");
        if (!verdict.problem.empty()) out += fmt::format("  because: {}\n", printable(verdict.problem));
        out += fmt::format("  signs: {}\n", printable(fmt::format("{}", fmt::join(verdict.signed_fields, ", "))));
        if (verdict.body_length)
            out += fmt::format("  only the first {} octets of the body are signed (l=)\n", *verdict.body_length);
        if (verdict.key && verdict.key->testing) out += "  the key says that it is a test (t=y)\n";
    }
    return out;
}

json::value dkim_json(const std::vector<DkimVerdict>& verdicts) {
    json::array out;
    for (const DkimVerdict& verdict : verdicts) {
        json::array fields;
        for (const std::string& name : verdict.signed_fields) fields.push_back(json::text(name));
        json::object one{{"result", to_string(verdict.result)},          {"domain", json::text(verdict.domain)},
                         {"selector", json::text(verdict.selector)},     {"algorithm", verdict.algorithm},
                         {"canonicalization", verdict.canonicalization}, {"signed_fields", std::move(fields)},
                         {"problem", json::text(verdict.problem)}};
        if (verdict.key) one["key_bits"] = verdict.key->bits;
        if (verdict.body_length) one["body_length"] = *verdict.body_length;
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace

Exit run_identity_spf(const Invocation& invocation) {
    if (!invocation.words().empty()) return refuse("identity spf takes options only: --ip, --helo, --mail-from");
    const auto ip_text = invocation.value("--ip");
    if (!ip_text) return refuse("--ip is needed: the address that sends");
    const auto ip = IpAddress::parse(*ip_text);
    if (!ip) return refuse(bad_option("--ip", *ip_text, ip.error().message).error().message);
    const auto query =
        spf_query(*ip, invocation.value("--mail-from").value_or(""), invocation.value("--helo").value_or(""));
    if (!query)
        return refuse(invocation.has("--mail-from") || invocation.has("--helo") ? query.error().message
                                                                                : "--mail-from or --helo is needed");
    SpfQuery timed = *query;
    timed.now = now();
    const auto verdict = learn(invocation, check_spf(timed));
    if (!verdict) return verdict.error();
    return answer(invocation, spf_json(*query, *verdict), spf_text(*verdict), spf_exit(verdict->result));
}

Exit run_identity_dmarc(const Invocation& invocation) {
    const auto domain = domain_argument(invocation);
    if (!domain) return refuse(domain.error().message);
    const auto learnt = learn(invocation, ask_dmarc(*domain));
    if (!learnt) return learnt.error();
    const auto status = learnt->finding.status;
    const Exit code = status == DmarcFinding::Status::found  ? Exit::well
                      : status == DmarcFinding::Status::none ? Exit::found
                                                             : Exit::undetermined;
    return answer(invocation, dmarc_json(learnt->finding, learnt->reports),
                  dmarc_text(learnt->finding, learnt->reports), code);
}

Exit run_identity_dkim(const Invocation& invocation) {
    if (invocation.words().size() != 1) return refuse("one message file is needed, as saved from a mailbox");
    const auto text = read_file("identity dkim", invocation.words().front());
    if (!text) return refuse(text.error().message);
    const auto message = wire::parse_message(wire::from_file(*text));
    if (!message) return refuse(fmt::format("{}: {}", printable(invocation.words().front()), message.error().message));
    const auto verdicts = learn(invocation, verify_dkim(*message, now()));
    if (!verdicts) return verdicts.error();
    const auto any = [&](DkimResult result) {
        return std::ranges::any_of(*verdicts, [result](const DkimVerdict& one) { return one.result == result; });
    };
    const Exit code = any(DkimResult::pass)        ? Exit::well
                      : any(DkimResult::temperror) ? Exit::undetermined
                                                   : Exit::found;
    return answer(invocation, dkim_json(*verdicts), dkim_text(*verdicts), code);
}

namespace {

struct PtrAnswer {
    ReverseName name;
    ReverseZone zone;
};
dns::Inquiry<PtrAnswer> ask_ptr(IpAddress ip) {
    PtrAnswer out{co_await find_reverse_name(ip), {}};
    out.zone = co_await find_reverse_zone(ip);
    co_return out;
}

std::string generic_in_words(const GenericName& generic) {
    std::string out;
    if (!generic.by_address.empty()) out = fmt::format("looks generic: it holds the address ({})", generic.by_address);
    if (!generic.by_words.empty())
        out += fmt::format("{}the word \"{}\" stands for access lines", out.empty() ? "" : "; ", generic.by_words);
    return out;
}

struct PtrJudgement {
    Exit code;
    std::string sentence;
};
PtrJudgement judge_ptr(const PtrAnswer& found) {
    if (!found.name.unknown.empty()) return {Exit::undetermined, fmt::format("unknown: {}", found.name.unknown)};
    if (found.name.names.empty())
        return {Exit::found, "no reverse name: many servers refuse mail from such an address"};
    for (const ReverseName::Name& name : found.name.names) {
        if (!name.unknown.empty())
            return {Exit::undetermined,
                    fmt::format("unknown: the addresses of {}: {}", name.name.text(), name.unknown)};
        if (!name.confirmed)
            return {Exit::found, fmt::format("{} does not lead back to the address", name.name.text())};
        if (judge_generic_name(name.name, found.name.ip).generic())
            return {Exit::found, fmt::format("{} {}", name.name.text(),
                                             generic_in_words(judge_generic_name(name.name, found.name.ip)))};
    }
    if (found.name.names.size() > 1)
        return {Exit::found, "more than one reverse name: receivers take any of them, in any order"};
    return {Exit::well, "confirmed: the name leads back to the address"};
}

json::value ptr_json(const PtrAnswer& found, const PtrJudgement& judgement) {
    json::array names, servers;
    for (const ReverseName::Name& name : found.name.names) {
        json::array addresses;
        for (const IpAddress& address : name.addresses) addresses.push_back(json::value(address.to_string()));
        names.push_back(json::object{{"name", json::text(name.name.text())},
                                     {"confirmed", name.confirmed},
                                     {"addresses", std::move(addresses)},
                                     {"generic", judge_generic_name(name.name, found.name.ip).generic()}});
    }
    for (const DomainName& server : found.zone.servers) servers.push_back(json::text(server.text()));
    constexpr std::array<std::string_view, 4> results{"pass", "fail", "usage", "unknown"};
    return json::object{{"result", results[static_cast<std::size_t>(judgement.code)]},
                        {"ip", found.name.ip.to_string()},
                        {"sentence", json::text(judgement.sentence)},
                        {"names", std::move(names)},
                        {"zone", json::object{{"name", json::text(found.zone.zone.text())},
                                              {"contact", json::text(found.zone.contact.text())},
                                              {"servers", std::move(servers)},
                                              {"unknown", json::text(found.zone.unknown)}}}};
}

std::string ptr_text(const PtrAnswer& found, const PtrJudgement& judgement) {
    std::string out = fmt::format("{}: {}\n", found.name.ip.to_string(), printable(judgement.sentence));
    for (const ReverseName::Name& name : found.name.names) {
        std::vector<std::string> addresses;
        for (const IpAddress& address : name.addresses) addresses.push_back(address.to_string());
        out += fmt::format("  {} PTR {}; its addresses: {}\n", found.name.asked.text(), printable(name.name.text()),
                           addresses.empty() ? "none" : fmt::format("{}", fmt::join(addresses, ", ")));
    }
    if (found.name.alias) out += fmt::format("  delegated by an alias to {}\n", printable(found.name.alias->text()));
    if (!found.zone.unknown.empty())
        return out + fmt::format("  who controls it is unknown: {}\n", printable(found.zone.unknown));
    std::vector<std::string> servers;
    for (const DomainName& server : found.zone.servers) servers.push_back(printable(server.text()));
    out += fmt::format("  controlled by: whoever runs the zone {}; contact {}; servers {}\n",
                       printable(found.zone.zone.text()), printable(mailbox_of(found.zone.contact)),
                       fmt::join(servers, ", "));
    return out;
}

}  // namespace

Exit run_identity_ptr(const Invocation& invocation) {
    if (invocation.words().size() != 1) return refuse("one address is needed, such as 203.0.113.25");
    const auto ip = IpAddress::parse(invocation.words().front());
    if (!ip) return refuse(fmt::format("\"{}\": {}", printable(invocation.words().front()), ip.error().message));
    std::optional<DomainName> wanted;
    if (const auto text = invocation.value("--name")) {
        const auto name = DomainName::parse(*text);
        if (!name || name->label_count() < 2)
            return refuse(
                bad_option("--name", *text, name ? "is no full host name" : name.error().message).error().message);
        wanted = *name;
    }
    if (invocation.has("--letter") && !wanted)
        return refuse("--letter needs --name: the host name that the address should have");
    const auto found = learn(invocation, ask_ptr(*ip));
    if (!found) return found.error();
    const PtrJudgement judgement = judge_ptr(*found);
    if (invocation.has("--letter")) {
        print(provider_letter(found->name, found->zone, *wanted));
        return judgement.code;
    }
    return answer(invocation, ptr_json(*found, judgement), ptr_text(*found, judgement), judgement.code);
}

}  // namespace postern::app
