// SPDX-License-Identifier: Apache-2.0
#include "audit/record.hpp"

#include "audit/active/record_active.hpp"
#include "audit/record_reader.hpp"
#include "audit/record_vantage.hpp"
#include "wire/base64.hpp"

#include <fmt/format.h>

namespace postern::audit {
namespace {

using json::array;
using json::object;
using json::value;

constexpr std::string_view schema = "postern-evidence-1";

// Octets that need not be UTF-8 are kept exact, as base64.
using Reader = RecordReader;

value octets(std::string_view text) { return value(wire::encode_base64(text)); }

value milliseconds(Instant when) { return value(when.time_since_epoch().count()); }

array texts(const std::vector<std::string>& from) {
    array out;
    for (const std::string& text : from) out.push_back(json::text(text));
    return out;
}

// --- DNS ---

value record_json(const dns::Record& record) {
    object out{{"owner", record.owner.text()}, {"type", static_cast<int>(record.type)}, {"ttl", record.ttl.count()}};
    std::visit(
        [&](const auto& data) {
            using T = std::decay_t<decltype(data)>;
            if constexpr (std::is_same_v<T, IpAddress>) out["ip"] = data.to_string();
            else if constexpr (std::is_same_v<T, DomainName>) out["name"] = data.text();
            else if constexpr (std::is_same_v<T, dns::Mx>) {
                out["name"] = data.host.text();
                out["preference"] = data.preference;
            } else if constexpr (std::is_same_v<T, dns::Soa>) {
                out["name"] = data.primary.text();
                out["contact"] = data.contact.text();
            } else if constexpr (std::is_same_v<T, dns::Txt>) {
                array strings;
                for (const std::string& string : data.strings) strings.push_back(octets(string));
                out["strings"] = std::move(strings);
            } else {
                out["octets"] = octets(data.octets);
            }
        },
        record.data);
    return out;
}

dns::Record record_from(const value& from) {
    const Reader in(from);
    dns::Record out{in.domain("owner"),
                    static_cast<dns::Type>(in.number("type")),
                    std::chrono::seconds(static_cast<std::int64_t>(in.number("ttl"))),
                    {}};
    if (in.get("strings") != nullptr) {
        dns::Txt txt;
        for (const std::string& string : in.texts("strings"))
            txt.strings.push_back(wire::decode_base64(string).value_or(""));
        out.data = std::move(txt);
    } else if (const auto ip = in.ip("ip")) {
        out.data = *ip;
    } else if (in.get("preference") != nullptr) {
        out.data = dns::Mx{static_cast<std::uint16_t>(in.number("preference")), in.domain("name")};
    } else if (in.get("contact") != nullptr) {
        out.data = dns::Soa{in.domain("name"), in.domain("contact"), 0, {}};
    } else if (in.get("name") != nullptr) {
        out.data = in.domain("name");
    } else {
        out.data = dns::Opaque{in.bytes("octets")};
    }
    return out;
}

value answer_json(const dns::Answer& answer) {
    array records;
    for (const dns::Record& record : answer.records) records.push_back(record_json(record));
    object out{{"name", answer.question.name.text()},         {"type", static_cast<int>(answer.question.type)},
               {"outcome", static_cast<int>(answer.outcome)}, {"validation", static_cast<int>(answer.validation)},
               {"ad", answer.authentic_by_resolver},          {"why", json::text(answer.why)},
               {"resolver", json::text(answer.resolver)},     {"records", std::move(records)}};
    if (answer.soa) out["soa"] = answer.soa->text();
    return out;
}

dns::Answer answer_from(const value& from) {
    const Reader in(from);
    dns::Answer out{.question = {in.domain("name"), static_cast<dns::Type>(in.number("type"))}};
    out.outcome = static_cast<dns::Outcome>(
        std::min<std::uint64_t>(in.number("outcome"), static_cast<std::uint64_t>(dns::Outcome::not_asked)));
    out.validation = static_cast<dns::Validation>(std::min<std::uint64_t>(in.number("validation"), 3));
    out.authentic_by_resolver = in.flag("ad");
    out.why = in.text("why");
    out.resolver = in.text("resolver");
    in.each("records", [&](const value& item) { out.records.push_back(record_from(item)); });
    if (in.get("soa") != nullptr) out.soa = in.domain("soa");
    return out;
}

// --- Logs ---

value tally_json(const evidence::Tally& tally) {
    object counts;
    for (const auto& [key, count] : tally.counts) counts[json::text(key).as_string()] = count;
    return object{{"left_out", tally.left_out}, {"counts", std::move(counts)}};
}
evidence::Tally tally_from(const Reader& in, std::string_view name) {
    evidence::Tally out;
    const value* found = in.get(name);
    if (found == nullptr) return out;
    const Reader tally(*found);
    out.left_out = tally.number("left_out");
    tally.each_member("counts", [&](const std::string& key, const value& count) {
        out.add(key, count.is_int64() ? static_cast<std::uint64_t>(std::max<std::int64_t>(0, count.get_int64())) : 0);
    });
    return out;
}

/// One table for both directions.
template <class Findings, class Visit>
void visit_tallies(Findings& logs, Visit visit) {
    visit("sources", logs.sources);
    visit("receivers", logs.receivers);
    visit("unreachable", logs.unreachable);
    visit("inbound", logs.inbound);
    visit("by_login", logs.by_login);
    visit("by_client", logs.by_client);
    visit("by_local_user", logs.by_local_user);
    visit("relay_clients", logs.relay_clients);
    visit("infections", logs.infections);
    visit("login_failures", logs.login_failures);
    visit("helo_refused", logs.helo_refused);
}
template <class Findings, class Visit>
void visit_counts(Findings& logs, Visit visit) {
    visit("lines", logs.lines);
    visit("understood", logs.understood);
    visit("sent_out", logs.sent_out);
    visit("deferred_out", logs.deferred_out);
    visit("bounced_out", logs.bounced_out);
    visit("tls_out", logs.tls_out);
    visit("delivered_here", logs.delivered_here);
    visit("relay_refused", logs.relay_refused);
    visit("returned_to_outsiders", logs.returned_to_outsiders);
    visit("unknown_refused", logs.unknown_refused);
    visit("unknown_bounced", logs.unknown_bounced);
    visit("unscanned", logs.unscanned);
    visit("mismatched", logs.mismatched);
}
template <class Findings, class Visit>
void visit_samples(Findings& logs, Visit visit) {
    visit("returned_sample", logs.returned_sample);
    visit("infection_sample", logs.infection_sample);
    visit("unscanned_sample", logs.unscanned_sample);
    visit("mismatched_sample", logs.mismatched_sample);
}

value logs_json(const evidence::MailLogFindings& logs) {
    object out{{"first", milliseconds(logs.first)}, {"last", milliseconds(logs.last)}};
    visit_tallies(logs, [&](std::string_view name, const auto& tally) { out[name] = tally_json(tally); });
    visit_counts(logs, [&](std::string_view name, std::uint64_t count) { out[name] = count; });
    visit_samples(logs, [&](std::string_view name, const std::string& text) { out[name] = json::text(text); });
    array refusals, relayed;
    for (const auto& one : logs.refusals)
        refusals.push_back(object{{"list", json::text(one.what.list)},
                                  {"address", one.what.address ? one.what.address->to_string() : ""},
                                  {"certain", one.what.certain},
                                  {"count", one.count},
                                  {"first", milliseconds(one.first)},
                                  {"last", milliseconds(one.last)},
                                  {"sample", json::text(one.sample)},
                                  {"receiver", json::text(one.receiver)}});
    for (const auto& one : logs.relayed)
        relayed.push_back(object{{"client", json::text(one.client)},
                                 {"recipient_domain", json::text(one.recipient_domain)},
                                 {"sample", json::text(one.sample)},
                                 {"count", one.count},
                                 {"last", milliseconds(one.last)}});
    out["refusals"] = std::move(refusals);
    out["relayed"] = std::move(relayed);
    return out;
}

evidence::MailLogFindings logs_from(const value& from) {
    const Reader in(from);
    evidence::MailLogFindings out;
    out.first = in.instant("first");
    out.last = in.instant("last");
    visit_tallies(out, [&](std::string_view name, auto& tally) { tally = tally_from(in, name); });
    visit_counts(out, [&](std::string_view name, std::uint64_t& count) { count = in.number(name); });
    visit_samples(out, [&](std::string_view name, std::string& text) { text = in.text(name); });
    in.each("refusals", [&](const value& item) {
        const Reader one(item);
        evidence::Refusals refusal{{one.text("list"), one.ip("address"), one.flag("certain"), {}},
                                   one.number("count"),
                                   one.instant("first"),
                                   one.instant("last"),
                                   one.text("sample"),
                                   one.text("receiver")};
        if (const auto known = evidence::read_block_reply(refusal.sample)) refusal.what.advice = known->advice;
        out.refusals.push_back(std::move(refusal));
    });
    in.each("relayed", [&](const value& item) {
        const Reader one(item);
        out.relayed.push_back({one.text("client"), one.text("recipient_domain"), one.text("sample"),
                               one.number("count"), one.instant("last")});
    });
    return out;
}

// --- The rest ---

value word_json(const ListWord& word) {
    return object{{"subject", word.subject},
                  {"zone", word.zone},
                  {"name", word.name},
                  {"tier", word.tier},
                  {"status", word.status},
                  {"meaning", json::text(word.meaning)},
                  {"text", json::text(word.text)},
                  {"reason", json::text(word.reason)},
                  {"reason_code", word.reason_code},
                  {"advice", json::text(word.advice)},
                  {"enabled", word.enabled}};
}
ListWord word_from(const value& from) {
    const Reader in(from);
    return {.subject = in.text("subject"),
            .zone = in.text("zone"),
            .name = in.text("name"),
            .tier = static_cast<int>(in.number("tier")),
            .status = in.text("status"),
            .meaning = in.text("meaning"),
            .text = in.text("text"),
            .reason = in.text("reason"),
            .advice = in.text("advice"),
            .reason_code = in.text("reason_code"),
            .enabled = in.flag("enabled")};
}

template <class Resolver, class Visit>
void visit_answers(Resolver& resolver, Visit visit) {
    visit("test_listed", resolver.test_listed);
    visit("test_absent", resolver.test_absent);
    visit("random_name", resolver.random_name);
    visit("signed_name", resolver.signed_name);
    visit("broken_name", resolver.broken_name);
}

value report_json(const evidence::DmarcReport& report) {
    array rows;
    for (const auto& row : report.rows)
        rows.push_back(object{{"source", row.source.to_string()},
                              {"count", row.count},
                              {"dkim", row.dkim_aligned},
                              {"spf", row.spf_aligned},
                              {"disposition", json::text(row.disposition)},
                              {"header_from", json::text(row.header_from)},
                              {"dkim_domain", json::text(row.dkim_domain)},
                              {"spf_domain", json::text(row.spf_domain)}});
    return object{{"reporter", json::text(report.reporter)},
                  {"domain", json::text(report.domain)},
                  {"begin", milliseconds(report.begin)},
                  {"end", milliseconds(report.end)},
                  {"rows", std::move(rows)}};
}
evidence::DmarcReport report_from(const value& from) {
    const Reader in(from);
    evidence::DmarcReport out{in.text("reporter"), in.text("domain"), in.instant("begin"), in.instant("end"), {}};
    in.each("rows", [&](const value& item) {
        const Reader row(item);
        out.rows.push_back({row.ip("source").value_or(IpAddress()), row.number("count"), row.flag("dkim"),
                            row.flag("spf"), row.text("disposition"), row.text("header_from"), row.text("dkim_domain"),
                            row.text("spf_domain")});
    });
    return out;
}

}  // namespace

dns::Answer Book::operator()(const dns::Question& question) const {
    if (const dns::Answer* known = find(question)) return *known;
    return {.question = question, .outcome = dns::Outcome::not_asked, .why = "the record does not hold this question"};
}

std::string to_record(const Evidence& evidence, const Book& book) {
    object files, gaps;
    for (const auto& [name, text] : evidence.files) files[name] = octets(text);
    for (const auto& [name, why] : evidence.gaps) gaps[name] = json::text(why);
    array given, looks, lists, reports, attestations, answers, services, networks, vantages;
    for (const IpAddress& ip : evidence.given) given.push_back(value(ip.to_string()));
    for (const SmtpLook& look : evidence.looks) looks.push_back(look_json(look));
    for (const Vantage& one : evidence.vantages) vantages.push_back(vantage_json(one));
    for (const ListWord& word : evidence.lists) lists.push_back(word_json(word));
    for (const auto& report : evidence.reports) reports.push_back(report_json(report));
    for (const Attestation& one : evidence.attestations)
        attestations.push_back(
            object{{"what", json::text(one.what)}, {"by", json::text(one.by)}, {"date", json::text(one.date)}});
    for (const Network& network : evidence.filter_networks) networks.push_back(value(network.to_string()));
    for (const auto& [question, answer] : book.all()) answers.push_back(answer_json(answer));
    object out{{"schema", schema},
               {"taken", milliseconds(evidence.taken)},
               {"domain", evidence.domain ? evidence.domain->text() : ""},
               {"given", std::move(given)},
               {"profile", evidence.profile},
               {"filter_service", evidence.filter_service},
               {"filter_networks", std::move(networks)},
               {"own_recursion", json::text(evidence.own_recursion)},
               {"port25_blocked_here", evidence.port25_blocked_here},
               {"port25_why", json::text(evidence.port25_why)},
               {"files", std::move(files)},
               {"gaps", std::move(gaps)},
               {"looks", std::move(looks)},
               {"vantages", std::move(vantages)},
               {"place", evidence.place},
               {"user", json::text(evidence.user)},
               {"submission_out", evidence.submission_out},
               {"secret_header", json::text(evidence.secret_header)},
               {"lists", std::move(lists)},
               {"reports", std::move(reports)},
               {"attestations", std::move(attestations)},
               {"dns", std::move(answers)}};
    if (evidence.active.asked) out["active"] = active_json(evidence.active);
    if (evidence.logs) out["logs"] = logs_json(*evidence.logs);
    if (evidence.resolver) {
        object resolver{{"addresses", texts(evidence.resolver->addresses)},
                        {"unknown", json::text(evidence.resolver->unknown)}};
        visit_answers(*evidence.resolver, [&](std::string_view name, const std::optional<dns::Answer>& answer) {
            if (answer) resolver[name] = answer_json(*answer);
        });
        out["resolver"] = std::move(resolver);
    }
    return json::pretty(out);
}

Result<Recorded> from_record(std::string_view document) {
    const auto parsed = json::parse(document);
    if (!parsed) return fail("record.malformed", parsed.error().message);
    const Reader in(*parsed);
    if (in.text("schema") != schema)
        return fail("record.malformed", fmt::format("it is no recorded audit: its schema is not {}", schema));
    Recorded out;
    Evidence& evidence = out.evidence;
    evidence.taken = in.instant("taken");
    if (const std::string domain = in.text("domain"); !domain.empty()) {
        const auto name = DomainName::parse(domain);
        if (!name) return fail("record.malformed", "its domain is none");
        evidence.domain = *name;
    }
    for (const std::string& text : in.texts("given"))
        if (const auto ip = IpAddress::parse(text)) evidence.given.push_back(*ip);
    for (const std::string& text : in.texts("filter_networks"))
        if (const auto network = Network::parse(text)) evidence.filter_networks.push_back(*network);
    evidence.profile = in.text("profile");
    evidence.filter_service = in.text("filter_service");
    evidence.own_recursion = in.text("own_recursion");
    evidence.port25_blocked_here = in.flag("port25_blocked_here");
    evidence.port25_why = in.text("port25_why");
    in.each_member("files", [&](const std::string& name, const value& text) {
        if (const auto* string = text.if_string())
            evidence.files[name] = wire::decode_base64(std::string_view(string->data(), string->size())).value_or("");
    });
    in.each_member("gaps", [&](const std::string& name, const value& why) {
        if (const auto* string = why.if_string()) evidence.gaps[name] = std::string(string->begin(), string->end());
    });
    in.each("looks", [&](const value& item) { evidence.looks.push_back(look_from(item)); });
    in.each("vantages", [&](const value& item) { evidence.vantages.push_back(vantage_from(item)); });
    evidence.place = in.text("place");
    evidence.user = in.text("user");
    evidence.submission_out = in.text("submission_out");
    evidence.secret_header = in.text("secret_header");
    in.each("lists", [&](const value& item) { evidence.lists.push_back(word_from(item)); });
    in.each("reports", [&](const value& item) { evidence.reports.push_back(report_from(item)); });
    in.each("attestations", [&](const value& item) {
        const Reader one(item);
        evidence.attestations.push_back({one.text("what"), one.text("by"), one.text("date")});
    });
    in.each("dns", [&](const value& item) { out.book.add(answer_from(item)); });
    if (const value* active = in.get("active")) evidence.active = active_from(*active);
    if (const value* logs = in.get("logs")) evidence.logs = logs_from(*logs);
    if (const value* resolver = in.get("resolver")) {
        const Reader from(*resolver);
        evidence.resolver.emplace();
        evidence.resolver->addresses = from.texts("addresses");
        evidence.resolver->unknown = from.text("unknown");
        visit_answers(*evidence.resolver, [&](std::string_view name, std::optional<dns::Answer>& answer) {
            if (const value* found = from.get(name)) answer = answer_from(*found);
        });
    }
    evidence.read_files();
    return out;
}

}  // namespace postern::audit
