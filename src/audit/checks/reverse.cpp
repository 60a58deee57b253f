// SPDX-License-Identifier: Apache-2.0
// Reverse names of the sending addresses (5-01 to 5-04, 5-37).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/target.hpp"
#include "identity/generic_name.hpp"
#include "identity/registrable_domain.hpp"
#include "identity/reverse_name.hpp"

#include <fmt/format.h>

namespace postern::audit {
namespace {

using identity::ReverseName;

dns::Inquiry<std::vector<ReverseName>> reverse_names(const Evidence& evidence) {
    const auto addresses = co_await sending_addresses(evidence);
    std::vector<dns::Inquiry<ReverseName>> inquiries;
    for (const IpAddress& ip : addresses) inquiries.push_back(identity::find_reverse_name(ip));
    co_return co_await dns::in_parallel(std::move(inquiries));
}

Finding no_addresses() {
    return unknown("NO_SENDING_ADDRESS",
                   "No sending address is known: the SPF record names none of your own, and none was given.",
                   "Name them: postern audit DOMAIN ADDRESS..., or run it on the mail server, or give --message.");
}

std::string letter(const IpAddress& ip) {
    return fmt::format(
        "Ask whoever runs the reverse zone: postern identity ptr {} --letter --name HOST writes the message.",
        ip.to_string());
}

}  // namespace

Judging judge_ptr(const Evidence& evidence) {
    Findings out;
    for (const ReverseName& one : co_await reverse_names(evidence)) {
        const std::string ip = one.ip.to_string();
        if (!one.unknown.empty())
            out.push_back(unknown("PTR_UNKNOWN",
                                  fmt::format("The reverse name of {} could not be looked up: {}.", ip, one.unknown)));
        else if (one.names.empty())
            out.push_back(failing("PTR_MISSING", fmt::format("{} has no reverse name.", ip), letter(one.ip)));
        else out.push_back(pass("PTR_PRESENT", fmt::format("{} is {}.", ip, one.names.front().name.text())));
    }
    if (out.empty()) out.push_back(no_addresses());
    co_return out;
}

Judging judge_ptr_confirmed(const Evidence& evidence) {
    Findings out;
    for (const ReverseName& one : co_await reverse_names(evidence))
        for (const ReverseName::Name& name : one.names) {
            const std::string what = fmt::format("{} of {}", name.name.text(), one.ip.to_string());
            if (name.confirmed)
                out.push_back(pass("PTR_CONFIRMED", fmt::format("The name {} leads back to it.", what)));
            else if (!name.unknown.empty())
                out.push_back(
                    unknown("PTR_UNKNOWN", fmt::format("The addresses of the name {} could not be looked up: {}.", what,
                                                       name.unknown)));
            else
                out.push_back(failing(
                    "PTR_UNCONFIRMED", fmt::format("The name {} does not lead back to it.", what),
                    fmt::format("Publish {} {} {} in the DNS, or have the reverse name changed to one that does.",
                                name.name.text(), one.ip.is_v4() ? "A" : "AAAA", one.ip.to_string())));
        }
    if (out.empty())
        out.push_back(elsewhere("PTR_NOTHING_TO_CONFIRM", "There is no reverse name to confirm.", "See 5-01."));
    co_return out;
}

Judging judge_ptr_single(const Evidence& evidence) {
    Findings out;
    for (const ReverseName& one : co_await reverse_names(evidence)) {
        if (one.names.empty()) continue;
        const auto own = evidence.domain ? identity::registrable_domain(*evidence.domain) : std::nullopt;
        const bool ours = own && identity::registrable_domain(one.names.front().name) == own;
        if (one.names.size() > 1)
            out.push_back(failing("PTR_SEVERAL",
                                  fmt::format("{} has {} reverse names; receivers take any of them.",
                                              one.ip.to_string(), one.names.size()),
                                  letter(one.ip)));
        else if (own && !ours)
            out.push_back(warning("PTR_FOREIGN",
                                  fmt::format("{} is {}, a name outside {}.", one.ip.to_string(),
                                              one.names.front().name.text(), own->text()),
                                  letter(one.ip)));
        else out.push_back(pass("PTR_ONE", fmt::format("{} has one reverse name.", one.ip.to_string())));
    }
    if (out.empty())
        out.push_back(elsewhere("PTR_NOTHING_TO_CONFIRM", "There is no reverse name to judge.", "See 5-01."));
    co_return out;
}

Judging judge_ptr_generic(const Evidence& evidence) {
    Findings out;
    for (const ReverseName& one : co_await reverse_names(evidence))
        for (const ReverseName::Name& name : one.names) {
            const auto generic = identity::judge_generic_name(name.name, one.ip);
            const std::string ip = one.ip.to_string();
            if (!generic.by_address.empty())
                out.push_back(
                    failing("PTR_HOLDS_ADDRESS",
                            fmt::format("{} is called {}: the name holds the address ({}), as access lines have it.",
                                        ip, name.name.text(), generic.by_address),
                            letter(one.ip)));
            else if (generic.generic())
                out.push_back(failing("PTR_ACCESS_WORD",
                                      fmt::format("{} is called {}: \"{}\" stands for access lines.", ip,
                                                  name.name.text(), generic.by_words),
                                      letter(one.ip)));
            else if (generic.static_only)
                out.push_back(warning("PTR_STATIC_WORD",
                                      fmt::format("{} is called {}: \"{}\" is tolerated by some receivers only.", ip,
                                                  name.name.text(), generic.by_words),
                                      letter(one.ip)));
            else
                out.push_back(pass("PTR_OWN_NAME", fmt::format("{} does not look generic to either family of rules.",
                                                               name.name.text())));
        }
    if (out.empty())
        out.push_back(elsewhere("PTR_NOTHING_TO_CONFIRM", "There is no reverse name to judge.", "See 5-01."));
    co_return out;
}

Judging judge_v6_sender(const Evidence& evidence) {
    Findings out;
    for (const ReverseName& one : co_await reverse_names(evidence)) {
        if (one.ip.is_v4()) continue;
        if (!one.unknown.empty())
            out.push_back(unknown("PTR_UNKNOWN", fmt::format("The reverse name of {} could not be looked up: {}.",
                                                             one.ip.to_string(), one.unknown)));
        else if (one.names.empty() || !one.names.front().confirmed)
            out.push_back(
                failing("V6_WITHOUT_NAME",
                        fmt::format("{} sends without a confirmed reverse name; large receivers refuse that at once.",
                                    one.ip.to_string()),
                        "Set the reverse name, or send over IPv4 only until it is (Postfix: inet_protocols = ipv4 for "
                        "smtp, or smtp_address_preference)."));
        else out.push_back(pass("V6_NAMED", fmt::format("{} has a confirmed reverse name.", one.ip.to_string())));
    }
    if (out.empty()) out.push_back(pass("V6_NOT_USED", "No IPv6 address is known to send."));
    co_return out;
}

}  // namespace postern::audit
