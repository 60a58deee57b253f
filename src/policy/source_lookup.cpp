// SPDX-License-Identifier: Apache-2.0
#include "policy/source_lookup.hpp"

#include "base/text.hpp"
#include "identity/spf_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <set>

namespace postern::policy {
namespace {

using identity::SpfMechanism;
using identity::SpfRecord;
using identity::SpfResult;
using Kind = SourceDeclaration::Kind;

constexpr std::chrono::seconds longest_ttl = std::chrono::days(7);

Result<SourceDeclaration> spf_of(std::string_view text, std::string_view domain) {
    auto name = DomainName::parse(domain);
    if (!name) return std::unexpected(name.error());
    return SourceDeclaration{
        .kind = Kind::spf,
        .text = std::string(text),
        .network = {},
        .name = *std::move(name),
        .warning = fmt::format("{} names who may send for a domain, not which servers deliver to yours", text)};
}

Result<SourceDeclaration> service_named(std::string_view text, std::string_view id,
                                        std::span<const NamedService> services) {
    const auto found = std::ranges::find(services, id, &NamedService::id);
    if (found == services.end()) {
        std::vector<std::string_view> ids;
        for (const NamedService& one : services) ids.push_back(one.id);
        const std::string_view near = nearest(id, ids);
        return fail("source.service_unknown", fmt::format("no filtering service is called {}{}", printable(id, 100),
                                                          near.empty() ? "" : fmt::format("; did you mean {}?", near)));
    }
    // A name in capitals is a place to fill in: the customer's region or tenant.
    const bool to_fill = std::ranges::any_of(found->spf_include, [](unsigned char c) { return std::isupper(c) != 0; });
    if (found->spf_include.empty() || to_fill)
        return fail(
            "source.service_unpublished",
            to_fill ? fmt::format("{} has a record for each customer or region: write \"spf:{}\" with yours filled in",
                                  found->id, found->spf_include)
                    : fmt::format("{} publishes no record: write the networks that its page names", found->id));
    return spf_of(text, found->spf_include);
}

/// One declaration's way through the DNS.
struct Search {
    SourceLookup result;
    std::deque<DomainName> records;  // SPF records still to be read
    std::set<DomainName> seen;       // none is read twice, so that no loop matters
    int looked_up = 0;

    void learn_ttl(const dns::Answer& answer) {
        result.ttl = result.ttl.count() == 0 ? answer.ttl : std::min(result.ttl, answer.ttl);
    }
    bool add(const Network& network) {
        if (result.networks.size() < SourceLookup::max_networks) {
            result.networks.push_back(network);
            return true;
        }
        result.problem = fmt::format("it names more than {} networks", SourceLookup::max_networks);
        return false;
    }
    void queue(const DomainName& name) {
        if (seen.insert(name).second) records.push_back(name);
    }
    bool may_look_up() {
        if (++looked_up <= SourceLookup::max_records) return true;
        result.problem = fmt::format("it takes more than {} look-ups", SourceLookup::max_records);
        return false;
    }
};

/// `search` outlives the inquiry: it lives in the caller's frame. A name without any address is a problem: a host that moved away
/// must not look like one that was taken out.
dns::Inquiry<bool> add_host(DomainName host, int prefix4, int prefix6, Search* search) {
    if (!search->may_look_up()) co_return false;
    dns::Questions questions;
    questions.push_back({host, dns::Type::a});
    questions.push_back({host, dns::Type::aaaa});
    const std::vector<dns::Answer> answers = co_await dns::ask(std::move(questions));
    bool any = false;
    for (const dns::Answer& answer : answers) {
        if (!answer.is_definite()) {
            search->result.problem = fmt::format("{}: {}", host.text(), answer.reason());
            co_return false;
        }
        search->learn_ttl(answer);
        for (const IpAddress& ip : answer.addresses()) {
            any = true;
            if (!search->add(Network::around(ip, ip.is_v4() ? prefix4 : prefix6))) co_return false;
        }
    }
    if (!any) search->result.problem = fmt::format("{} has no address", host.text());
    co_return any;
}

dns::Inquiry<bool> add_mx(DomainName domain, int prefix4, int prefix6, Search* search) {
    if (!search->may_look_up()) co_return false;
    const dns::Answer answer = co_await dns::ask(dns::Question{domain, dns::Type::mx});
    if (!answer.is_definite()) {
        search->result.problem = fmt::format("{}: {}", domain.text(), answer.reason());
        co_return false;
    }
    search->learn_ttl(answer);
    for (const dns::Record& record : answer.records)
        if (const auto* mx = std::get_if<dns::Mx>(&record.data); mx != nullptr && !mx->host.is_root())
            if (!co_await add_host(mx->host, prefix4, prefix6, search)) co_return false;
    co_return true;
}

/// Adds what one term allows; what cannot be listed is left out by name.
dns::Inquiry<bool> add_term(SpfMechanism term, DomainName domain, Search* search) {
    if (term.qualifier != SpfResult::pass) co_return true;
    if (term.kind == SpfMechanism::Kind::all) {
        search->result.problem = fmt::format("{} allows every address ({})", domain.text(), printable(term.text, 50));
        co_return false;
    }
    if (term.network) co_return search->add(*term.network);
    const auto target = term.domain_text.empty() ? Result<DomainName>(domain) : DomainName::parse(term.domain_text);
    const bool listable = target && !term.domain_text.contains('%') && term.kind != SpfMechanism::Kind::exists &&
                          term.kind != SpfMechanism::Kind::ptr;
    if (!listable) {
        search->result.left_out.push_back(printable(term.text, 200));
        co_return true;
    }
    if (term.kind == SpfMechanism::Kind::include) {
        search->queue(*target);
        co_return true;
    }
    if (term.kind == SpfMechanism::Kind::mx) co_return co_await add_mx(*target, term.prefix4, term.prefix6, search);
    co_return co_await add_host(*target, term.prefix4, term.prefix6, search);
}

/// The one SPF record of a domain, or nothing with the problem said.
dns::Inquiry<std::optional<SpfRecord>> read_record(DomainName domain, Search* search) {
    if (!search->may_look_up()) co_return std::nullopt;
    const dns::Answer answer = co_await dns::ask(dns::Question{domain, dns::Type::txt});
    if (!answer.is_definite()) {
        search->result.problem = fmt::format("{}: {}", domain.text(), answer.reason());
        co_return std::nullopt;
    }
    search->learn_ttl(answer);
    std::vector<std::string> texts = answer.texts();
    std::erase_if(texts, [](const std::string& text) { return !identity::is_spf(text); });
    if (texts.size() != 1) {
        search->result.problem = fmt::format("{} has {} SPF records", domain.text(), texts.empty() ? "no" : "several");
        co_return std::nullopt;
    }
    auto record = identity::parse_spf(texts.front());
    if (!record) {
        search->result.problem = fmt::format("{}: {}", domain.text(), record.error().message);
        co_return std::nullopt;
    }
    co_return *std::move(record);
}

dns::Inquiry<bool> add_records(Search* search) {
    while (!search->records.empty()) {
        const DomainName domain = search->records.front();
        search->records.pop_front();
        const std::optional<SpfRecord> record = co_await read_record(domain, search);
        if (!record) co_return false;
        for (const SpfMechanism& term : record->mechanisms)
            if (!co_await add_term(term, domain, search)) co_return false;
        const bool has_all = std::ranges::any_of(
            record->mechanisms, [](const SpfMechanism& term) { return term.kind == SpfMechanism::Kind::all; });
        if (!record->redirect || has_all) continue;  // redirect is not looked at beside all (RFC 7208 6.1)
        const auto target = DomainName::parse(record->redirect_text);
        if (target && !record->redirect_text.contains('%')) search->queue(*target);
        else search->result.left_out.push_back("redirect=" + printable(record->redirect_text, 200));
    }
    co_return true;
}

}  // namespace

Result<SourceDeclaration> SourceDeclaration::parse(std::string_view text, std::span<const NamedService> services) {
    if (text.starts_with("service:")) return service_named(text, text.substr(8), services);
    if (text.starts_with("spf:")) return spf_of(text, text.substr(4));
    SourceDeclaration out;
    out.text = text;
    if (const auto ip = IpAddress::parse(text)) {
        out.network = Network::around(*ip, ip->bits());
        return out;
    }
    if (text.contains('/')) {
        const auto network = Network::parse(text);
        if (!network) return std::unexpected(network.error());
        out.network = *network;
        return out;
    }
    const auto host = DomainName::parse(text);
    const std::string_view last = host ? host->text().substr(host->text().rfind('.') + 1) : "";
    const bool numeric = std::ranges::all_of(last, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!host || host->label_count() < 2 || numeric)
        return fail("source.malformed", "a source is a network, an address, a host name, service:NAME or spf:DOMAIN");
    out.kind = Kind::host;
    out.name = *host;
    return out;
}

dns::Inquiry<SourceLookup> look_up_source(SourceDeclaration declaration) {
    Search search;
    if (declaration.kind == Kind::network) {
        search.add(*declaration.network);
        search.result.ttl = longest_ttl;
    } else if (declaration.kind == Kind::host) {
        co_await add_host(declaration.name, 32, 128, &search);
    } else {
        search.queue(declaration.name);
        co_await add_records(&search);
    }
    SourceLookup& result = search.result;
    if (result.problem.empty() && result.networks.empty())
        result.problem = fmt::format("{} names no network that can be listed", declaration.text);
    if (!result.problem.empty()) result.networks.clear();  // half a set would look like one that shrank
    std::ranges::sort(result.networks);
    result.networks.erase(std::ranges::unique(result.networks).begin(), result.networks.end());
    result.ttl = std::min(result.ttl, longest_ttl);
    co_return std::move(result);
}

}  // namespace postern::policy
