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

/// The chain whose refusal of port 25 stands behind a rule that lets everything go, where the rules were read for programs.
std::optional<std::string> shadowed_hook(const Evidence& evidence, std::string_view hook) {
    const std::string* text = evidence.file("firewall.json");
    if (text == nullptr) return std::nullopt;
    const auto rules = egress::read_ruleset(*text);
    if (!rules) return std::nullopt;
    const egress::Guard guard = egress::guard_of(*rules, hook, true);
    return guard.holds ? std::nullopt : guard.shadowed;
}

}  // namespace

Judging judge_port25_from_here(const Evidence& evidence) {
    if (evidence.port25_blocked_here)
        co_return Findings{pass("PORT25_SHUT_HERE", fmt::format("Port 25 is shut on the way out of this network: {}.",
                                                                evidence.port25_why))};
    std::vector<const SmtpLook*> reached;
    for (const SmtpLook& look : evidence.looks)
        if (look.port == 25 && look.unknown.empty()) reached.push_back(&look);
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

Judging judge_expected_source(const Evidence& evidence) {
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
    if (const auto open = shadowed_hook(evidence, "output"))
        return settled({failing(
            "USERS_SHADOWED",
            fmt::format("A rule before it lets everything go: the refusal of port 25 in {} is never reached.", *open),
            "Put the rule for port 25 above every rule that allows.")});
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
    if (const auto open = shadowed_hook(evidence, "forward");
        open && (forwarding == nullptr || !forwarding->starts_with("0")))
        return settled({failing(
            "FORWARD_SHADOWED",
            fmt::format("A rule before it lets everything go: the refusal of port 25 in {} is never reached.", *open),
            "Put the rule for port 25 above every rule that allows.")});
    if (forwarding != nullptr && forwarding->starts_with("0"))
        return settled({pass("NOT_FORWARDING", "This host forwards nothing for others.")});
    if (forwarding == nullptr)
        return settled({unknown("FORWARDING_UNKNOWN", "Whether this host forwards for others could not be read.")});
    if (listing.forward_guarded)
        return settled(
            {pass("FORWARD_GUARDED", fmt::format("A rule of the forward hook guards port 25: {}", listing.rule))});
    return settled({failing(
        "FORWARD_UNGUARDED",
        "This host forwards for others (containers, virtual machines, a network), and no rule shuts port 25 for them.",
        "Add tcp dport 25 counter reject to a chain of hook forward, above what allows.")});
}

}  // namespace postern::audit
