// SPDX-License-Identifier: Apache-2.0
#include "audit/active/consent.hpp"

#include "base/contains.hpp"

#include "identity/reverse_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

bool holds(const dns::Answer& answer, std::string_view word) {
    return std::ranges::any_of(answer.records, [&](const dns::Record& record) {
        const auto* txt = std::get_if<dns::Txt>(&record.data);
        if (txt == nullptr) return false;
        std::string whole;
        for (const std::string& part : txt->strings) whole += part;
        return whole == word;
    });
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
    out.given = question.word.size() > consent_prefix.size() && holds(proof, question.word);
    if (out.given) out.how = fmt::format("the TXT record at {} holds your word", at->text());
    else if (!proof.is_definite())
        out.why_not = fmt::format("the TXT record at {} could not be read: {}", at->text(), proof.reason());
    else
        out.why_not = fmt::format("there is no proof that {0} is yours: publish the TXT record _postern.{0} \"{1}\"",
                                  question.domain.text(), question.word);
    co_return out;
}

}  // namespace postern::audit
