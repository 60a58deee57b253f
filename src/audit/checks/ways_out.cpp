// SPDX-License-Identifier: Apache-2.0
// Which ways lead out of here, by what arrived at probes (measure 2).
#include "audit/checks/ways_out.hpp"

#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/target.hpp"
#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

constexpr std::string_view shut_fix =
    "At the router, let only the mail server out to port 25, over IPv4 and IPv6, above every "
    "general rule that allows (postern firewall).";

}  // namespace

std::vector<const WayOut*> direct_ways(const Evidence& evidence, bool v4, std::uint16_t port) {
    std::vector<const WayOut*> out;
    for (const Vantage& vantage : evidence.vantages)
        for (const WayOut& way : vantage.ways_out)
            if (way.by.empty() && way.to.is_v4() == v4 && way.port == port) out.push_back(&way);
    return out;
}

bool probe_is_reachable(const Evidence& evidence, bool v4) {
    return std::ranges::any_of(evidence.vantages, [&](const Vantage& vantage) {
        return (vantage.you && vantage.you->is_v4() == v4) ||
               std::ranges::any_of(vantage.ways_out, [&](const WayOut& way) {
                   return way.by.empty() && way.arrived && way.port != 25 && way.to.is_v4() == v4;
               });
    });
}

Findings judge_ways(const Evidence& evidence, bool v4) {
    const std::string family = v4 ? "IPv4" : "IPv6";
    const auto ways = direct_ways(evidence, v4, 25);
    if (ways.empty())
        return {elsewhere(
            "EGRESS_NOT_TRIED", fmt::format("No way out over {} was tried.", family),
            "run postern audit egress --vantage NAME=URL#TOKEN there, with a probe that has such an address")};
    Findings out;
    for (const WayOut* way : ways) {
        const std::string to = fmt::format("port 25 of {}", way->to.to_string());
        if (way->arrived)
            out.push_back(
                failing("EGRESS_OPEN",
                        fmt::format("A connection from here reached {} and was seen there as {}: an infected machine "
                                    "could send, too.",
                                    to, way->seen_as ? way->seen_as->to_string() : "an unknown address"),
                        std::string(shut_fix)));
        else if (way->connected)
            out.push_back(
                warning("EGRESS_ANSWERED_ON_THE_WAY",
                        fmt::format("Somebody on the way answered in the stead of {}, which saw nothing ({}).", to,
                                    way->why.empty() ? "it spoke SMTP" : way->why),
                        "If that is your trap, well; a proxy that passes mail on must be shut."));
        else if (way->no_route)
            out.push_back(pass("EGRESS_NO_ROUTE", fmt::format("There is no way out over {} at all.", family)));
        else if (probe_is_reachable(evidence, v4))
            out.push_back(
                pass("EGRESS_SHUT", fmt::format("{} could not be reached ({}), other ports could.", to, way->why)));
        else
            out.push_back(
                unknown("EGRESS_NOT_PROVED",
                        fmt::format("{} could not be reached ({}), but neither could another port over {}.", to,
                                    way->why, family),
                        "See that the probe runs and has that address; its other ports prove that the way is there."));
    }
    return out;
}

Finding judge_not_here(std::string_view where, std::string_view place) {
    return elsewhere("EGRESS_PLACE", fmt::format("This was not tried from {}.", where),
                     fmt::format("run postern audit egress --place {} --vantage NAME=URL#TOKEN on {}", place, where));
}

Findings judge_place(const Evidence& evidence, std::string_view place, std::string_view where) {
    if (evidence.place != place) return {judge_not_here(where, place)};
    Findings out;
    for (const bool v4 : {true, false})
        if (v4 || !direct_ways(evidence, v4, 25).empty())
            std::ranges::move(judge_ways(evidence, v4), std::back_inserter(out));
    return out;
}

Judging judge_servers_shut(const Evidence& evidence) {
    return settled(evidence.place == "guest" ? judge_place(evidence, "guest", "a machine of the guest network")
                                             : judge_place(evidence, "server", "another server"));
}

Judging judge_vpn_shut(const Evidence& evidence) {
    return settled(judge_place(evidence, "vpn", "a machine behind the VPN"));
}

Judging judge_ipv6_shut(const Evidence& evidence) {
    if (evidence.place.empty() || evidence.place == "mail")
        return settled({judge_not_here("an office machine", "office")});
    return settled(judge_ways(evidence, false));
}

Judging judge_clients_apart(const Evidence& evidence) {
    std::vector<IpAddress> seen;
    for (const Vantage& vantage : evidence.vantages) {
        if (vantage.you && !contains(seen, *vantage.you)) seen.push_back(*vantage.you);
        for (const WayOut& way : vantage.ways_out)
            if (way.by.empty() && way.seen_as && !contains(seen, *way.seen_as)) seen.push_back(*way.seen_as);
    }
    if (seen.empty() || evidence.place.empty() || evidence.place == "mail")
        co_return Findings{judge_not_here("an office machine", "office")};
    const OwnSenders own = co_await find_own_senders(evidence);
    Findings out;
    for (const IpAddress& ip : seen)
        if (contains(own.addresses, ip) || contains(evidence.given, ip))
            out.push_back(
                warning("CLIENTS_SHARE_ADDRESS",
                        fmt::format("This machine leaves as {}, which is also a sender of mail: what any client does "
                                    "is laid at the mail server's door.",
                                    ip.to_string()),
                        "Give the mail server a public address of its own (source NAT)."));
    if (out.empty() && !own.unknown.empty())
        out.push_back(
            unknown("CLIENTS_UNCOMPARED", fmt::format("The named senders could not be looked up: {}.", own.unknown)));
    if (out.empty())
        out.push_back(pass("CLIENTS_APART",
                           fmt::format("This machine leaves as {}, no sender of mail.", seen.front().to_string())));
    co_return out;
}

Judging judge_submission_out(const Evidence& evidence) {
    Findings out;
    for (const Vantage& vantage : evidence.vantages)
        for (const WayOut& way : vantage.ways_out) {
            if (!way.by.empty() || (way.port != 465 && way.port != 587) || way.no_route) continue;
            const std::string what = fmt::format("Port {} of {} is {} from here", way.port, way.to.to_string(),
                                                 way.arrived ? "reached" : "not reached");
            if (evidence.submission_out.empty())
                out.push_back(elsewhere("SUBMISSION_NO_POLICY", what + "; whether it should be was not said.",
                                        "Say your policy: --submission open or shut"));
            else if (way.arrived == (evidence.submission_out == "open"))
                out.push_back(pass("SUBMISSION_AS_DECLARED",
                                   fmt::format("{}, as declared ({}).", what, evidence.submission_out)));
            else
                out.push_back(warning("SUBMISSION_NOT_AS_DECLARED",
                                      fmt::format("{}, but declared is {}.", what, evidence.submission_out),
                                      "Mend the router's rule for 465 and 587, or the declaration."));
        }
    if (out.empty()) out.push_back(judge_not_here("an office machine", "office"));
    return settled(std::move(out));
}

Judging judge_proxies_shut(const Evidence& evidence) {
    Findings out;
    for (const Vantage& vantage : evidence.vantages)
        for (const WayOut& way : vantage.ways_out) {
            if (way.by.empty()) continue;
            if (way.arrived)
                out.push_back(failing(
                    "PROXY_LETS_OUT",
                    fmt::format("Through the proxy {} port 25 of {} was reached, seen there as {}.", way.by,
                                way.to.to_string(), way.seen_as ? way.seen_as->to_string() : "unknown"),
                    "Let it connect to 80 and 443 only: Squid acl SSL_ports; Dante's rules; and ask for a login."));
            else if (way.proxy_reached)
                out.push_back(
                    pass("PROXY_REFUSES", fmt::format("The proxy {} does not lead to port 25 ({}).", way.by, way.why)));
            else
                out.push_back(unknown("PROXY_SILENT",
                                      fmt::format("The proxy {} could not be used: {}.", way.by, way.why),
                                      "See whether it is written as it should be: socks5://192.0.2.7@1080."));
        }
    if (out.empty())
        out.push_back(
            elsewhere("PROXY_NONE", "No proxy inside was named.",
                      "name your proxies: postern audit egress --proxy socks5://ADDR@PORT --proxy http://ADDR@PORT"));
    return settled(std::move(out));
}

}  // namespace postern::audit
