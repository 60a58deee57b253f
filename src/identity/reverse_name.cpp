// SPDX-License-Identifier: Apache-2.0
#include "identity/reverse_name.hpp"

#include <algorithm>

namespace postern::identity {

using dns::Inquiry;
using dns::Question;

Inquiry<ReverseName> find_reverse_name(IpAddress ip) {
    ReverseName out{.ip = ip, .asked = dns::reverse_name(ip)};
    const dns::Answer pointers = co_await dns::ask(Question{out.asked, dns::Type::ptr});
    if (!pointers.is_definite()) {
        out.unknown = pointers.reason();
        co_return out;
    }
    if (const auto end = dns::end_of_chain(out.asked, pointers.records); end && *end != out.asked) out.alias = *end;
    dns::Questions questions;
    for (const DomainName& name : pointers.names()) {
        if (out.names.size() == max_reverse_names) break;
        out.names.push_back({.name = name});
        questions.push_back({name, ip.is_v4() ? dns::Type::a : dns::Type::aaaa});
    }
    if (questions.empty()) co_return out;
    const auto answers = co_await dns::ask(std::move(questions));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        ReverseName::Name& name = out.names[i];
        name.addresses = answers[i].addresses();
        name.confirmed = std::ranges::count(name.addresses, ip) > 0;
        if (!answers[i].is_definite()) name.unknown = answers[i].reason();
    }
    co_return out;
}

Inquiry<ReverseZone> find_reverse_zone(IpAddress ip) {
    ReverseZone out;
    // The PTR's own chain first: an RFC 2317 delegation moves the name into another zone.
    const dns::Answer pointers = co_await dns::ask(Question{dns::reverse_name(ip), dns::Type::ptr});
    DomainName name = dns::end_of_chain(dns::reverse_name(ip), pointers.records).value_or(dns::reverse_name(ip));
    for (; !name.is_root(); name = name.parent()) {
        const dns::Answer answer = co_await dns::ask(Question{name, dns::Type::soa});
        if (!answer.is_definite()) {
            out.unknown = answer.reason();
            co_return out;
        }
        for (const dns::Record& record : answer.records)
            if (const auto* soa = std::get_if<dns::Soa>(&record.data)) {
                out.zone = record.owner;
                out.primary = soa->primary;
                out.contact = soa->contact;
                const dns::Answer servers = co_await dns::ask(Question{out.zone, dns::Type::ns});
                out.servers = servers.names();
                co_return out;
            }
        // The zone that denies the name is the one that holds it: straight there.
        if (answer.soa && name.is_within(*answer.soa) && *answer.soa != name)
            while (name.parent() != *answer.soa) name = name.parent();
    }
    out.unknown = "no zone with an SOA record above it";
    co_return out;
}

}  // namespace postern::identity
