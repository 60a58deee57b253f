// SPDX-License-Identifier: Apache-2.0
#include "audit/active/consent.hpp"

#include "base/contains.hpp"

#include "identity/reverse_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

enum class Held : std::uint8_t { no, ended, yes };

/// `whole`: "WORD" or "WORD until=YYYY-MM-DD", which holds to the end of that day in UTC. What else stands there is no consent.
Held held_by(std::string_view whole, std::string_view word, Instant now) {
    if (whole == word) return Held::yes;
    constexpr std::string_view until = " until=";
    if (!whole.starts_with(word) || !whole.substr(word.size()).starts_with(until)) return Held::no;
    const std::string_view day = whole.substr(word.size() + until.size());
    constexpr std::string_view form = "0000-00-00";
    const bool is_day = std::ranges::equal(
        day, form, [](char c, char wanted) { return wanted == '-' ? c == '-' : c >= '0' && c <= '9'; });
    if (!is_day) return Held::no;
    return to_rfc3339(now).substr(0, form.size()) <= day ? Held::yes : Held::ended;
}

Held holds(const dns::Answer& answer, std::string_view word, Instant now) {
    Held out = Held::no;
    for (const dns::Record& record : answer.records) {
        const auto* txt = std::get_if<dns::Txt>(&record.data);
        if (txt == nullptr) continue;
        std::string whole;
        for (const std::string& part : txt->strings) whole += part;
        out = std::max(out, held_by(whole, word, now));
    }
    return out;
}

}  // namespace

std::string provider_of(std::span<const SharedHosts> shared, std::span<const FilterService> services,
                        std::string_view host) {
    const auto name = DomainName::parse(host);
    if (!name) return {};
    const auto within = [&](const std::string& zone) {
        const auto parent = DomainName::parse(zone);
        return parent && name->is_within(*parent);
    };
    for (const SharedHosts& one : shared)
        if (std::ranges::any_of(one.names, within)) return one.provider;
    const FilterService* service = service_of(services, *name);
    return service != nullptr && service->shared ? service->name : std::string();
}

dns::Inquiry<Consent> find_consent(ConsentQuestion question) {
    Consent out;
    const auto refuse = [&](const std::string& provider, std::string_view host) {
        out.why_not = fmt::format(
            "{} is a shared host of {}: intrusive tests there would hit others, and are never made", host, provider);
    };
    for (const DomainName& host : question.hosts)
        if (const auto provider = provider_of(question.shared, question.services, host.text()); !provider.empty()) {
            refuse(provider, host.text());
            co_return out;
        }
    if (question.addresses.empty()) {
        out.why_not = "no server of the domain is known";
        co_return out;
    }
    std::vector<dns::Inquiry<identity::ReverseName>> reverse;
    for (const IpAddress& ip : question.addresses) reverse.push_back(identity::find_reverse_name(ip));
    for (const identity::ReverseName& one : co_await dns::in_parallel(std::move(reverse)))
        for (const auto& name : one.names)
            if (const auto provider = provider_of(question.shared, question.services, name.name.text());
                !provider.empty()) {
                refuse(provider, name.name.text());
                co_return out;
            }
    if (question.on_the_host && question.named_as_own) {
        out.given = true;
        out.how = "this machine is the server, and its configuration names the domain as its own";
        co_return out;
    }
    const auto at = question.domain.below("_postern");
    if (!at) {
        out.why_not = "the domain's name is too long for a record below it";
        co_return out;
    }
    const dns::Answer proof = co_await dns::ask(dns::Question{*at, dns::Type::txt});
    const Held held =
        question.word.size() > consent_prefix.size() ? holds(proof, question.word, question.now) : Held::no;
    out.given = held == Held::yes;
    if (out.given) out.how = fmt::format("the TXT record at {} holds your word", at->text());
    else if (!proof.is_definite())
        out.why_not = fmt::format("the TXT record at {} could not be read: {}", at->text(), proof.reason());
    else if (held == Held::ended)
        out.why_not = fmt::format("the consent in the TXT record at {} has ended; publish it anew", at->text());
    else
        out.why_not = fmt::format("there is no proof that {0} is yours: publish the TXT record _postern.{0} \"{1}\"",
                                  question.domain.text(), question.word);
    co_return out;
}

}  // namespace postern::audit
