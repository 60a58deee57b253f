// SPDX-License-Identifier: Apache-2.0
#include "identity/spf.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::identity {
namespace {

using dns::Answer;
using dns::Inquiry;
using dns::Question;
using Kind = SpfMechanism::Kind;

/// What one check_host() gave: its result, and the explanation that belongs to it.
struct Conclusion {
    SpfResult result = SpfResult::none;
    std::string why;  // a problem, or the term that matched
    std::optional<MacroString> explanation;
    DomainName domain;  // whose record holds it
};

/// One evaluation: the query, and what it has cost so far.
struct Check {
    SpfQuery query;
    SpfVerdict verdict;
    int depth = 0;

    void note(std::string text) { verdict.steps.push_back({depth, std::move(text)}); }
};

/// A limit was passed or the DNS failed: the evaluation ends at once, however deep (RFC 7208 4.6.4, 5).
struct Trouble {
    SpfResult result;
    std::string why;
};
template <class T>
using OrTrouble = std::expected<T, Trouble>;

std::unexpected<Trouble> permerror(std::string why) {
    return std::unexpected(Trouble{SpfResult::permerror, std::move(why)});
}

std::string about(const Question& question) {
    return fmt::format("{} {}", question.name.text(), dns::to_string(question.type));
}

/// What a look-up found, its emptiness counted if it is a term's own.
OrTrouble<Answer> judge_lookup(Check& check, Answer answer, bool counts) {
    if (!answer.is_definite())
        return std::unexpected(
            Trouble{SpfResult::temperror, fmt::format("{}: {}", about(answer.question), answer.reason())});
    if (answer.outcome != dns::Outcome::found) {
        check.note(fmt::format("{}: nothing there", about(answer.question)));
        if (counts && ++check.verdict.void_lookups > spf_max_void_lookups)
            return permerror(fmt::format("more than {} look-ups found nothing; the last was {}", spf_max_void_lookups,
                                         about(answer.question)));
    }
    return answer;
}

OrTrouble<void> count_lookup(Check& check, std::string_view term) {
    if (++check.verdict.lookups > spf_max_lookups)
        return permerror(fmt::format("more than {} look-ups are needed; \"{}\" is one too many", spf_max_lookups,
                                     printable(term, 256)));
    return {};
}

dns::Type address_type(const IpAddress& ip) { return ip.is_v4() ? dns::Type::a : dns::Type::aaaa; }

bool covers(const IpAddress& ip, const std::vector<IpAddress>& addresses, const SpfMechanism& mechanism) {
    const int prefix = ip.is_v4() ? mechanism.prefix4 : mechanism.prefix6;
    return std::ranges::any_of(addresses, [&](const IpAddress& one) {
        return one.is_v4() == ip.is_v4() && Network::around(one, prefix).contains(ip);
    });
}

/// PTR names of the client that point back to it (RFC 7208 5.5); a failed look-up is no match, never an error.
Inquiry<std::vector<DomainName>> validated_names(Check& check) {
    const IpAddress ip = check.query.ip;
    const DomainName reverse = dns::reverse_name(ip);
    const Answer pointers = co_await dns::ask(Question{reverse, dns::Type::ptr});
    auto names = pointers.names();
    if (names.size() > spf_max_names) names.resize(spf_max_names);
    std::vector<DomainName> valid;
    if (names.empty()) co_return valid;
    dns::Questions questions;
    for (const DomainName& name : names) questions.push_back({name, address_type(ip)});
    const auto answers = co_await dns::ask(std::move(questions));
    for (std::size_t i = 0; i < names.size(); ++i)
        if (std::ranges::count(answers[i].addresses(), ip) > 0) valid.push_back(names[i]);
    check.note(fmt::format("{} PTR: {} of {} names confirmed", reverse.text(), valid.size(), names.size()));
    co_return valid;
}

/// %{p}: the domain itself if validated, else a name below it, else any (RFC 7208 7.3).
Inquiry<std::string> validated_domain(Check& check, DomainName domain) {
    const auto names = co_await validated_names(check);
    if (names.empty()) co_return "unknown";
    if (std::ranges::count(names, domain) > 0) co_return std::string(domain.text());
    for (const DomainName& name : names)
        if (name.is_within(domain)) co_return std::string(name.text());
    co_return std::string(names.front().text());
}

Inquiry<std::string> expanded(Check& check, const MacroString& string, DomainName domain) {
    MacroValues values{.local_part = check.query.local_part,
                       .sender_domain = std::string(check.query.sender_domain.text()),
                       .domain = std::string(domain.text()),
                       .ip = check.query.ip,
                       .helo = check.query.helo,
                       .receiver = check.query.receiver,
                       .now = check.query.now};
    if (string.uses('p')) values.validated = co_await validated_domain(check, domain);
    co_return expand(string, values);
}

/// The name a term speaks of; nothing if it is none that can be asked for. Too long a name loses labels from the left
/// (RFC 7208 7.3).
Inquiry<std::optional<DomainName>> target_name(Check& check, std::optional<MacroString> spec, DomainName domain) {
    if (!spec) co_return domain;
    std::string text = co_await expanded(check, *spec, domain);
    while (text.size() > 253 && text.contains('.')) text.erase(0, text.find('.') + 1);
    const auto name = DomainName::parse(text);
    if (!name || name->is_root()) co_return std::nullopt;
    co_return *name;
}

Inquiry<OrTrouble<Conclusion>> check_host(Check& check, DomainName domain);

Inquiry<OrTrouble<bool>> match_include(Check& check, const SpfMechanism& mechanism, DomainName target) {
    ++check.depth;
    auto inner = co_await check_host(check, target);
    --check.depth;
    if (!inner) co_return std::unexpected(inner.error());
    // RFC 7208 5.2: the table of included results.
    if (inner->result == SpfResult::none)
        co_return permerror(fmt::format("\"{}\" includes a domain without a usable SPF record", mechanism.text));
    co_return inner->result == SpfResult::pass;
}

Inquiry<OrTrouble<bool>> match_mx(Check& check, const SpfMechanism& mechanism, DomainName target) {
    auto exchangers = judge_lookup(check, co_await dns::ask(Question{target, dns::Type::mx}), true);
    if (!exchangers) co_return std::unexpected(exchangers.error());
    dns::Questions questions;
    for (const dns::Record& record : exchangers->records)
        if (const auto* mx = std::get_if<dns::Mx>(&record.data); mx != nullptr && !mx->host.is_root())
            questions.push_back({mx->host, address_type(check.query.ip)});
    if (questions.size() > spf_max_names)
        co_return permerror(fmt::format("{} has more than {} MX hosts", target.text(), spf_max_names));
    if (questions.empty()) co_return false;
    for (Answer& answer : co_await dns::ask(std::move(questions))) {
        const auto hosts = judge_lookup(check, std::move(answer), false);
        if (!hosts) co_return std::unexpected(hosts.error());
        if (covers(check.query.ip, hosts->addresses(), mechanism)) co_return true;
    }
    co_return false;
}

Inquiry<OrTrouble<bool>> matches(Check& check, const SpfMechanism& mechanism, DomainName domain) {
    if (mechanism.kind == Kind::all) co_return true;
    if (mechanism.network) co_return mechanism.network->contains(check.query.ip);
    if (auto counted = count_lookup(check, mechanism.text); !counted) co_return std::unexpected(counted.error());

    const auto target = co_await target_name(check, mechanism.domain, domain);
    if (!target) {
        if (mechanism.kind == Kind::include)
            co_return permerror(fmt::format("\"{}\" includes what is no domain name", mechanism.text));
        co_return false;
    }
    switch (mechanism.kind) {
    case Kind::include: co_return co_await match_include(check, mechanism, *target);
    case Kind::mx: co_return co_await match_mx(check, mechanism, *target);
    case Kind::ptr: {
        const auto names = co_await validated_names(check);
        co_return std::ranges::any_of(names, [&](const DomainName& name) { return name.is_within(*target); });
    }
    case Kind::exists: {
        const auto found = judge_lookup(check, co_await dns::ask(Question{*target, dns::Type::a}), true);
        if (!found) co_return std::unexpected(found.error());
        co_return !found->addresses().empty();
    }
    default: {  // a
        const auto found =
            judge_lookup(check, co_await dns::ask(Question{*target, address_type(check.query.ip)}), true);
        if (!found) co_return std::unexpected(found.error());
        co_return covers(check.query.ip, found->addresses(), mechanism);
    }
    }
}

/// check_host() of RFC 7208 4.
Inquiry<OrTrouble<Conclusion>> check_host(Check& check, DomainName domain) {
    if (domain.label_count() < 2)
        co_return Conclusion{
            SpfResult::none, fmt::format("{} is no domain that mail can come from", domain.text()), {}, domain};
    const SpfPublished published = co_await find_spf(domain);
    if (published.problem == SpfResult::none) {
        check.note(published.why);
        co_return Conclusion{SpfResult::none, published.why, {}, domain};
    }
    if (published.problem != SpfResult::pass) co_return std::unexpected(Trouble{published.problem, published.why});
    check.note(fmt::format("{}: {}", domain.text(), printable(published.text)));

    for (const SpfMechanism& mechanism : published.record.mechanisms) {
        const auto matched = co_await matches(check, mechanism, domain);
        if (!matched) co_return std::unexpected(matched.error());
        if (!*matched) continue;
        check.note(fmt::format("\"{}\" matches {}: {}", mechanism.text, check.query.ip.to_string(),
                               to_string(mechanism.qualifier)));
        co_return Conclusion{mechanism.qualifier, mechanism.text, published.record.explanation, domain};
    }
    if (!published.record.redirect) co_return Conclusion{SpfResult::neutral, {}, {}, domain};  // RFC 7208 4.7

    const std::string term = "redirect=" + published.record.redirect_text;
    if (auto counted = count_lookup(check, term); !counted) co_return std::unexpected(counted.error());
    const auto target = co_await target_name(check, published.record.redirect, domain);
    auto redirected = target ? co_await check_host(check, *target) : OrTrouble<Conclusion>(Conclusion{});
    if (redirected && redirected->result == SpfResult::none)  // RFC 7208 6.1
        co_return permerror(fmt::format("\"{}\" leads to no SPF record", printable(term, 256)));
    co_return redirected;
}

/// RFC 7208 6.2: one TXT record of US-ASCII, or no explanation at all.
Inquiry<std::string> explain(Check& check, MacroString spec, DomainName domain) {
    const auto target = co_await target_name(check, std::move(spec), domain);
    if (!target) co_return "";
    const Answer answer = co_await dns::ask(Question{*target, dns::Type::txt});
    const auto texts = answer.texts();
    if (texts.size() != 1) co_return "";
    const auto string = parse_macro_string(texts.front(), MacroPlace::explanation);
    co_return string ? co_await expanded(check, *string, domain) : std::string();
}

}  // namespace

Result<SpfQuery> spf_query(const IpAddress& ip, std::string_view mail_from, std::string_view helo) {
    const bool by_helo = mail_from.empty() || mail_from == "<>";
    const auto at = mail_from.rfind('@');
    const std::string_view domain_text = by_helo ? helo : at == mail_from.npos ? mail_from : mail_from.substr(at + 1);
    auto domain = DomainName::parse(domain_text);
    if (!domain)
        return fail("spf.sender",
                    fmt::format("\"{}\" holds no domain: {}", printable(domain_text, 256), domain.error().message));
    SpfQuery query{
        .ip = ip, .domain = *domain, .local_part = "postmaster", .sender_domain = *domain, .helo = std::string(helo)};
    if (!by_helo && at != mail_from.npos && at > 0) query.local_part = mail_from.substr(0, at);
    return query;
}

Inquiry<SpfPublished> find_spf(DomainName domain) {
    const Answer answer = co_await dns::ask(Question{domain, dns::Type::txt});
    SpfPublished out;
    if (!answer.is_definite()) {
        out.problem = SpfResult::temperror;
        out.why = fmt::format("{} TXT: {}", domain.text(), answer.reason());
        co_return out;
    }
    std::vector<std::string> records = answer.texts();
    std::erase_if(records, [](const std::string& text) { return !is_spf(text); });
    if (records.size() != 1) {
        out.problem = records.empty() ? SpfResult::none : SpfResult::permerror;
        out.why = records.empty()
                      ? fmt::format("{} publishes no SPF record", domain.text())
                      : fmt::format("{} publishes {} SPF records; there must be one", domain.text(), records.size());
        co_return out;
    }
    out.text = records.front();
    auto record = parse_spf(out.text);
    if (!record) {
        out.problem = SpfResult::permerror;
        out.why = fmt::format("{}: {}", domain.text(), record.error().message);
        co_return out;
    }
    out.record = *std::move(record);
    co_return out;
}

Inquiry<SpfVerdict> check_spf(SpfQuery query) {
    Check check{.query = std::move(query), .verdict = {}};
    const auto conclusion = co_await check_host(check, check.query.domain);
    SpfVerdict& verdict = check.verdict;
    if (!conclusion) {
        verdict.result = conclusion.error().result;
        verdict.problem = conclusion.error().why;
        co_return verdict;
    }
    verdict.result = conclusion->result;
    (verdict.result == SpfResult::none ? verdict.problem : verdict.matched) = conclusion->why;
    if (verdict.result == SpfResult::fail && conclusion->explanation)
        verdict.explanation = co_await explain(check, *conclusion->explanation, conclusion->domain);
    co_return verdict;
}

}  // namespace postern::identity
