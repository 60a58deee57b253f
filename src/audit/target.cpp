// SPDX-License-Identifier: Apache-2.0
#include "audit/target.hpp"

#include "base/contains.hpp"
#include "identity/spf.hpp"

#include <algorithm>

namespace postern::audit {

using dns::Inquiry;
using dns::Question;

namespace {

constexpr std::size_t max_mail_hosts = 20;

Inquiry<MailHost> find_host(DomainName name, int preference) {
    MailHost host{.name = name, .preference = preference};
    const auto answers = co_await dns::ask(dns::Questions{{name, dns::Type::a}, {name, dns::Type::aaaa}});
    for (const dns::Answer& answer : answers) {
        if (!answer.is_definite()) host.unknown = answer.reason();
        for (const IpAddress& ip : answer.addresses()) host.addresses.push_back(ip);
        const auto end = dns::end_of_chain(name, answer.records);
        if (answer.outcome == dns::Outcome::found && end && *end != name) host.alias = true;
    }
    co_return host;
}

void add(OwnSenders& senders, const IpAddress& ip) {
    if (senders.addresses.size() < max_own_addresses && !contains(senders.addresses, ip))
        senders.addresses.push_back(ip);
}

void add(OwnSenders& senders, const Network& network, const std::string& term) {
    const bool four = network.first().is_v4();
    if (network.prefix() == network.first().bits()) return add(senders, network.first());
    if (network.prefix() < (four ? 28 : 64)) {
        senders.too_wide.push_back(term);
        return;
    }
    senders.networks.push_back(network);
    if (!four) return;
    IpAddress ip = network.first();
    for (std::uint64_t i = 0; i < network.size(); ++i, ip = ip.next()) add(senders, ip);
}

}  // namespace

Inquiry<MailHosts> find_mail_hosts(DomainName domain) {
    MailHosts out;
    const dns::Answer answer = co_await dns::ask(Question{domain, dns::Type::mx});
    if (!answer.is_definite()) {
        out.unknown = answer.reason();
        co_return out;
    }
    std::vector<dns::Mx> exchangers;
    for (const dns::Record& record : answer.records)
        if (const auto* mx = std::get_if<dns::Mx>(&record.data)) exchangers.push_back(*mx);
    std::ranges::sort(exchangers, {}, &dns::Mx::preference);
    out.null_mx = exchangers.size() == 1 && exchangers.front().host.is_root();
    if (out.null_mx) co_return out;
    out.implicit = exchangers.empty();
    std::vector<Inquiry<MailHost>> inquiries;
    if (out.implicit) inquiries.push_back(find_host(domain, 0));
    for (const dns::Mx& mx : exchangers)
        if (inquiries.size() < max_mail_hosts && !mx.host.is_root())
            inquiries.push_back(find_host(mx.host, mx.preference));
    out.hosts = co_await dns::in_parallel(std::move(inquiries));
    co_return out;
}

Inquiry<OwnSenders> find_own_senders(const Evidence& evidence) {
    using Kind = identity::SpfMechanism::Kind;
    OwnSenders out;
    for (const IpAddress& ip : evidence.given) add(out, ip);
    if (evidence.logs)
        for (const auto& [text, count] : evidence.logs->sources.counts)
            if (const auto ip = IpAddress::parse(text); ip && !evidence::is_inside(text)) add(out, *ip);
    if (!evidence.domain) co_return out;
    const identity::SpfPublished spf = co_await identity::find_spf(*evidence.domain);
    if (spf.problem == identity::SpfResult::temperror) out.unknown = spf.why;
    for (const identity::SpfMechanism& mechanism : spf.record.mechanisms) {
        if (mechanism.network && mechanism.qualifier == identity::SpfResult::pass)
            add(out, *mechanism.network, mechanism.text);
        if (mechanism.kind == Kind::include) out.third_parties.push_back(mechanism.text);
        if (mechanism.kind != Kind::a && mechanism.kind != Kind::mx) continue;
        const auto target =
            mechanism.domain ? DomainName::parse(mechanism.domain_text) : Result<DomainName>(*evidence.domain);
        if (!target) continue;  // a macro: it names no host by itself
        if (mechanism.kind == Kind::a) {
            for (const IpAddress& ip : (co_await find_host(*target, 0)).addresses) add(out, ip);
        } else {
            for (const MailHost& host : (co_await find_mail_hosts(*target)).hosts)
                for (const IpAddress& ip : host.addresses) add(out, ip);
        }
    }
    if (spf.record.redirect) out.third_parties.push_back("redirect=" + spf.record.redirect_text);
    co_return out;
}

}  // namespace postern::audit
