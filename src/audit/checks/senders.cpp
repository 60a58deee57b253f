// SPDX-License-Identifier: Apache-2.0
#include "audit/checks/senders.hpp"

#include "audit/target.hpp"
#include "base/contains.hpp"

#include <fmt/format.h>

namespace postern::audit {

dns::Inquiry<std::vector<IpAddress>> sending_addresses(const Evidence& evidence) {
    OwnSenders senders = co_await find_own_senders(evidence);
    if (evidence.trace.entry && evidence.trace.entry->ip && !contains(senders.addresses, *evidence.trace.entry->ip))
        senders.addresses.push_back(*evidence.trace.entry->ip);
    // Of networks that a record names whole, only what is known to send is looked at: the rest may be anything.
    std::vector<IpAddress> out;
    for (const IpAddress& ip : senders.addresses) {
        const bool of_a_network =
            std::ranges::any_of(senders.networks, [&](const Network& network) { return network.contains(ip); });
        const bool known = contains(evidence.given, ip) || (evidence.trace.entry && evidence.trace.entry->ip == ip) ||
                           (evidence.logs && evidence.logs->sources.counts.contains(ip.to_string()));
        if (known || !of_a_network) out.push_back(ip);
    }
    co_return out;
}

std::vector<HeloName> helo_names(const Evidence& evidence) {
    std::vector<HeloName> out;
    if (evidence.trace.entry && !evidence.trace.entry->helo.empty())
        out.push_back({evidence.trace.entry->helo, "the saved message", evidence.trace.entry->ip});
    for (const Vantage& vantage : evidence.vantages)
        for (const SeenConnection& one : vantage.connections)
            if (!one.helo.empty() && !one.helo.starts_with("postern-") && !contains(out, one.helo, &HeloName::name))
                out.push_back({one.helo, "seen by the probe " + vantage.name, one.peer});
    if (evidence.postfix.present())
        if (std::string name = evidence.postfix.get("smtp_helo_name", "$myhostname");
            !name.empty() && !name.starts_with('$'))
            out.push_back({std::move(name), "Postfix (smtp_helo_name)", {}});
    if (std::string name = evidence.exim.option("primary_hostname"); !name.empty())
        out.push_back({std::move(name), "Exim (primary_hostname)", {}});
    for (const auto& connector : evidence.exchange.send)
        if (!connector.fqdn.empty()) out.push_back({connector.fqdn, "Exchange, send connector " + connector.name, {}});
    return out;
}

std::string some_of(const std::vector<std::string>& names, std::size_t most) {
    if (names.size() <= most) return fmt::format("{}", fmt::join(names, ", "));
    return fmt::format("{} and {} more",
                       fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(most), ", "),
                       names.size() - most);
}

}  // namespace postern::audit
