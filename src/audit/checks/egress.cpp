// SPDX-License-Identifier: Apache-2.0
// Who can reach port 25 from inside, as far as this machine, its rules and its logs show it (measure 2).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/checks/ways_out.hpp"
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

std::string shadow_of(const std::string& chain) {
    return fmt::format("A rule before it lets everything go: the refusal of port 25 in {} is never reached.", chain);
}

constexpr const char* raise_it = "Put the rule for port 25 above every rule that allows.";

}  // namespace

Judging judge_port25_from_here(const Evidence& evidence) {
    if (!evidence.place.empty() && evidence.place != "mail")
        co_return evidence.place == "office" ? judge_ways(evidence, true)
                                             : Findings{judge_not_here("an office machine", "office")};
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

Judging judge_containers(const Evidence& evidence) {
    if (evidence.place == "container")
        co_return judge_place(evidence, "container", "a container of the mail server's host");
    if (evidence.file("firewall") == nullptr)
        co_return Findings{
            elsewhere("CONTAINERS_NOT_SEEN", "Neither the firewall's rules nor a container's connections were seen.",
                      "run it on the mail server as root, or run postern audit egress --place container in one")};
    co_return co_await judge_containers_guarded(evidence);
}

}  // namespace postern::audit
