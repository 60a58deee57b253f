// SPDX-License-Identifier: Apache-2.0
// Who can reach port 25 from inside, as far as this machine shows it (measure 2).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/target.hpp"
#include "base/contains.hpp"
#include "egress/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

constexpr std::string_view owner_fix = "Let only the mail server's user out, as nftables has it: oif != lo tcp dport "
                                       "25 meta skuid != postfix counter reject, in a chain of hook output.";

/// What guards a hook, where the rules were read for programs; nothing: only the listing for people is there.
std::optional<egress::Guard> guard_in(const Evidence& evidence, std::string_view hook, bool v4) {
    const std::string* text = evidence.file("firewall.json");
    if (text == nullptr) return std::nullopt;
    const auto rules = egress::read_ruleset(*text);
    if (!rules) return std::nullopt;
    return egress::guard_of(*rules, hook, v4);
}

constexpr std::string_view shut_fix =
    "At the router, let only the mail server out to port 25, over IPv4 and IPv6, above every "
    "general rule that allows (postern firewall).";

/// The ways of one port that were tried directly.
std::vector<const WayOut*> direct_ways(const Evidence& evidence, bool v4, std::uint16_t port) {
    std::vector<const WayOut*> out;
    for (const Vantage& vantage : evidence.vantages)
        for (const WayOut& way : vantage.ways_out)
            if (way.by.empty() && way.to.is_v4() == v4 && way.port == port) out.push_back(&way);
    return out;
}

/// Whether something else shows that a probe could be reached by this family: else a failure proves nothing about port 25.
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

Findings judge_ways_of_ipv4(const Evidence& evidence) { return judge_ways(evidence, true); }

Finding not_here(std::string_view where, std::string_view place) {
    return elsewhere("EGRESS_PLACE", fmt::format("This was not tried from {}.", where),
                     fmt::format("run postern audit egress --place {} --vantage NAME=URL#TOKEN on {}", place, where));
}

/// Both families, from one kind of place.
Findings judge_place(const Evidence& evidence, std::string_view place, std::string_view where) {
    if (evidence.place != place) return {not_here(where, place)};
    Findings out;
    for (const bool v4 : {true, false})
        if (v4 || !direct_ways(evidence, v4, 25).empty())
            std::ranges::move(judge_ways(evidence, v4), std::back_inserter(out));
    return out;
}

std::string shadow_of(const std::string& chain) {
    return fmt::format("A rule before it lets everything go: the refusal of port 25 in {} is never reached.", chain);
}

constexpr const char* raise_it = "Put the rule for port 25 above every rule that allows.";

}  // namespace

Judging judge_port25_from_here(const Evidence& evidence) {
    if (!evidence.place.empty() && evidence.place != "mail")
        co_return evidence.place == "office" ? judge_ways_of_ipv4(evidence)
                                             : Findings{not_here("an office machine", "office")};
    if (evidence.port25_blocked_here)
        co_return Findings{pass("PORT25_SHUT_HERE", fmt::format("Port 25 is shut on the way out of this network: {}.",
                                                                evidence.port25_why))};
    std::vector<const SmtpLook*> reached;
    for (const SmtpLook& look : evidence.looks)
        if (look.port == 25 && look.unknown.empty() && look.seen_from.empty()) reached.push_back(&look);
    if (reached.empty())
        co_return Findings{elsewhere("PORT25_NOT_TRIED", "No connection to port 25 outside was made from here.",
                                     "Run the audit of a domain with mail hosts of its own from an office machine.")};
    if (evidence.has_mta())
        co_return Findings{pass("PORT25_OPEN_FOR_SERVER",
                                "This is the mail server, and port 25 is open to it. Run the audit from an "
                                "office machine to see whether it is shut there.")};
    // One's own mail server may stand in the same network: that it was reached proves nothing about the way out.
    const OwnSenders own = co_await find_own_senders(evidence);
    for (const SmtpLook* look : reached) {
        const bool ours =
            contains(own.addresses, look->ip) ||
            std::ranges::any_of(own.networks, [&](const Network& network) { return network.contains(look->ip); });
        if (!ours)
            co_return Findings{failing("PORT25_OPEN_HERE",
                                       fmt::format("This machine reached port 25 of {} outside, and it is no mail "
                                                   "server: an infected one beside it could, too.",
                                                   look->ip.to_string()),
                                       "At the router, let only the mail server out to port 25, over IPv4 and IPv6, "
                                       "above every general rule that allows.")};
    }
    co_return Findings{elsewhere(
        "PORT25_REACHED_OWN", "Only your own mail server was reached on port 25, and it may stand in this network.",
        "Audit a domain whose mail hosts are elsewhere from an office machine, to see whether port 25 is shut there.")};
}

Judging judge_mail_server_reaches(const Evidence& evidence) {
    std::vector<std::string> there, not_there;
    const auto count = [&](const WayOut& way) {
        if (way.port != 25 || !way.by.empty() || !way.to.is_v4()) return;
        (way.arrived ? there : not_there).push_back(way.to.to_string());
    };
    if (evidence.place == "mail") {
        for (const Vantage& vantage : evidence.vantages) std::ranges::for_each(vantage.ways_out, count);
        std::ranges::for_each(evidence.destinations, count);
    }
    if (there.size() >= 3)
        return settled({pass("REACHES", fmt::format("Port 25 of {} was reached from here.", some_of(there)))});
    if (there.empty() && not_there.size() >= 3)
        return settled(
            {failing("REACHES_NOBODY", fmt::format("Port 25 of {} could not be reached.", some_of(not_there)),
                     "Let the mail server out to port 25, or send by a smart host on 587.")});
    if (!evidence.logs || evidence.logs->understood == 0)
        return settled({elsewhere(
            "REACHES_TOO_FEW", fmt::format("{} servers outside were reached; three are wanted.", there.size()),
            "give mail logs with --logs, or run postern audit egress on the mail server with three of "
            "--vantage and --destination")});
    const auto& logs = *evidence.logs;
    const std::size_t reached = logs.receivers.counts.size();
    const std::uint64_t failed = logs.unreachable.total();
    if (reached >= 3)
        return settled({pass("REACHES", fmt::format("The logs show mail taken by {} servers outside.", reached))});
    if (reached == 0 && logs.unreachable.counts.size() >= 3)
        return settled({failing("REACHES_NOBODY",
                                fmt::format("{} connections to {} servers outside failed, and none succeeded: port 25 "
                                            "seems shut for the mail server too.",
                                            failed, logs.unreachable.counts.size()),
                                "Let the mail server out to port 25, or send by a smart host on 587.")});
    return settled({elsewhere(
        "REACHES_TOO_FEW",
        fmt::format("The logs show {} servers outside that took mail; three are wanted for a judgement.", reached),
        "Give longer logs with --logs.")});
}

namespace {

bool is_own(const OwnSenders& own, const Evidence& evidence, const IpAddress& ip) {
    return contains(own.addresses, ip) || contains(evidence.given, ip) ||
           std::ranges::any_of(own.networks, [&](const Network& network) { return network.contains(ip); });
}

/// By the connections that probes saw coming from the mail server.
Judging judge_source_of_ways(const Evidence& evidence) {
    std::vector<IpAddress> seen;
    if (evidence.place == "mail")
        for (const Vantage& vantage : evidence.vantages)
            for (const WayOut& way : vantage.ways_out)
                if (way.by.empty() && way.port == 25 && way.seen_as && !contains(seen, *way.seen_as))
                    seen.push_back(*way.seen_as);
    if (seen.empty())
        co_return Findings{elsewhere("SOURCE_NOT_TRIED", "From which address the mail server leaves was not seen.",
                                     "save a message that your server sent to an outside mailbox, and give it with "
                                     "--message FILE; or run postern audit egress on the mail server")};
    OwnSenders own;
    if (evidence.domain || !evidence.given.empty()) own = co_await find_own_senders(evidence);
    Findings out;
    for (const IpAddress& ip : seen)
        if (is_own(own, evidence, ip))
            out.push_back(
                pass("SOURCE_EXPECTED", fmt::format("The probe saw {}, one of the named senders.", ip.to_string())));
        else if (!own.unknown.empty() || !evidence.domain)
            out.push_back(unknown("SOURCE_UNCOMPARED",
                                  fmt::format("The probe saw {}; the named senders are not known{}.", ip.to_string(),
                                              own.unknown.empty() ? "" : ": " + own.unknown)));
        else
            out.push_back(
                failing("SOURCE_UNEXPECTED",
                        fmt::format("The probe saw {}, which is none of the named senders: perhaps the address that "
                                    "the whole office shares.",
                                    ip.to_string()),
                        "Give the mail server an address of its own (source NAT), and name it in the SPF record."));
    co_return out;
}

}  // namespace

Judging judge_expected_source(const Evidence& evidence) {
    if (!evidence.message) co_return co_await judge_source_of_ways(evidence);
    if (!evidence.trace.entry || !evidence.trace.entry->ip)
        co_return Findings{unknown("SOURCE_NOT_SEEN", "The message does not show which address it came from.",
                                   "Save the whole source, as the outside mailbox has it.")};
    const IpAddress ip = *evidence.trace.entry->ip;
    OwnSenders own;
    if (evidence.domain) own = co_await find_own_senders(evidence);
    const bool named = contains(own.addresses, ip) || contains(evidence.given, ip) ||
                       std::ranges::any_of(own.networks, [&](const Network& network) { return network.contains(ip); });
    if (named)
        co_return Findings{pass("SOURCE_EXPECTED",
                                fmt::format("The message left from {}, one of the named senders.", ip.to_string()))};
    if (!own.unknown.empty())
        co_return Findings{unknown(
            "SOURCE_UNCOMPARED", fmt::format("The message left from {}; the named senders could not be looked up: {}.",
                                             ip.to_string(), own.unknown))};
    co_return Findings{
        failing("SOURCE_UNEXPECTED",
                fmt::format("The message left from {}, which is none of the named senders: perhaps the address that "
                            "the whole office shares.",
                            ip.to_string()),
                "Give the mail server an address of its own (source NAT), and name it in the SPF record.")};
}

Judging judge_local_users_guarded(const Evidence& evidence) {
    const auto guard = guard_in(evidence, "output", true);
    if (guard && guard->shadowed && !guard->holds)
        return settled({failing("USERS_SHADOWED", shadow_of(*guard->shadowed), raise_it)});
    if (guard && guard->holds && !guard_in(evidence, "output", false)->holds)
        return settled({failing(
            "USERS_UNGUARDED_V6",
            fmt::format("{} guards port 25 in IPv4 only; over IPv6 any user of this host gets out.", *guard->holds),
            std::string(owner_fix))});
    const auto ways = direct_ways(evidence, true, 25);
    if (evidence.place == "mail" && evidence.user != "root" && !ways.empty()) {
        const bool reached = std::ranges::any_of(ways, [](const WayOut* way) { return way->arrived; });
        if (reached)
            return settled(
                {failing("USERS_REACH", fmt::format("The user {} of this host reached port 25 outside.", evidence.user),
                         std::string(owner_fix))});
        if (probe_is_reachable(evidence, true))
            return settled({pass("USERS_SHUT", fmt::format("The user {} of this host could not reach port 25 outside, "
                                                           "while other ports could be reached.",
                                                           evidence.user))});
    }
    if (evidence.file("firewall") == nullptr) {
        const auto gap = evidence.gaps.find("firewall");
        return settled(
            {elsewhere("USERS_NOT_SEEN", "Whether other users than the mail server's can send is not known.",
                       gap == evidence.gaps.end() ? "run it on the mail server as root: the firewall's rules can be "
                                                    "read only there; or postern audit egress as nobody"
                                                  : gap->second)});
    }
    if (guard && guard->holds)
        return settled(
            {pass("USERS_GUARDED", fmt::format("{} guards port 25 for this host's own users.", *guard->holds))});
    const auto listing = evidence::read_nft_listing(*evidence.file("firewall"));
    if (listing.output_guarded)
        return settled(
            {pass("USERS_GUARDED", fmt::format("A rule of the output hook guards port 25: {}", listing.rule))});
    return settled({failing(
        "USERS_UNGUARDED",
        "Any user of this host can open connections to port 25 outside: a broken web application sends by itself.",
        std::string(owner_fix))});
}

Judging judge_forward_guarded(const Evidence& evidence) {
    const auto listing = evidence::read_nft_listing(*evidence.file("firewall"));
    const std::string* forwarding = evidence.file("ip_forward");
    if (forwarding != nullptr && forwarding->starts_with("0"))
        return settled({pass("NOT_FORWARDING", "This host forwards nothing for others.")});
    if (forwarding == nullptr)
        return settled({unknown("FORWARDING_UNKNOWN", "Whether this host forwards for others could not be read.")});
    const auto guard = guard_in(evidence, "forward", true);
    if (guard && guard->shadowed && !guard->holds)
        return settled({failing("FORWARD_SHADOWED", shadow_of(*guard->shadowed), raise_it)});
    if (guard && guard->holds)
        return settled(
            {pass("FORWARD_GUARDED", fmt::format("{} guards port 25 for whatever is forwarded.", *guard->holds))});
    if (listing.forward_guarded)
        return settled(
            {pass("FORWARD_GUARDED", fmt::format("A rule of the forward hook guards port 25: {}", listing.rule))});
    return settled({failing(
        "FORWARD_UNGUARDED",
        "This host forwards for others (containers, virtual machines, a network), and no rule shuts port 25 for them.",
        "Add tcp dport 25 counter reject to a chain of hook forward, above what allows.")});
}

Judging judge_servers_shut(const Evidence& evidence) {
    return settled(evidence.place == "guest" ? judge_place(evidence, "guest", "a machine of the guest network")
                                             : judge_place(evidence, "server", "another server"));
}

Judging judge_vpn_shut(const Evidence& evidence) {
    return settled(judge_place(evidence, "vpn", "a machine behind the VPN"));
}

Judging judge_ipv6_shut(const Evidence& evidence) {
    if (evidence.place.empty() || evidence.place == "mail") return settled({not_here("an office machine", "office")});
    return settled(judge_ways(evidence, false));
}

Judging judge_containers(const Evidence& evidence) {
    if (evidence.place == "container")
        co_return judge_place(evidence, "container", "a container of the mail server's host");
    if (evidence.file("firewall") == nullptr)
        co_return Findings{
            elsewhere("CONTAINERS_NOT_SEEN", "Neither the firewall's rules nor a container's connections were seen.",
                      "run it on the mail server as root, or run postern audit egress --place container in one")};
    co_return co_await judge_containers_guarded(evidence);
}

Judging judge_clients_apart(const Evidence& evidence) {
    std::vector<IpAddress> seen;
    for (const Vantage& vantage : evidence.vantages) {
        if (vantage.you && !contains(seen, *vantage.you)) seen.push_back(*vantage.you);
        for (const WayOut& way : vantage.ways_out)
            if (way.by.empty() && way.seen_as && !contains(seen, *way.seen_as)) seen.push_back(*way.seen_as);
    }
    if (seen.empty() || evidence.place.empty() || evidence.place == "mail")
        co_return Findings{not_here("an office machine", "office")};
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
    if (out.empty()) out.push_back(not_here("an office machine", "office"));
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
