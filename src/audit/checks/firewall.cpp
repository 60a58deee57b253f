// SPDX-License-Identifier: Apache-2.0
// The mail host's own firewall (measure 2): containers behind it, drift, and what is written down.
//
// "firewall.json" is nft's listing for programs; "egress.live" is our own table as nft prints it, "egress.expected" the same of the
// boot file alone, and "bridges" says which bridges there are ("br0 eth0 vnet0") and where the default routes lead ("default br0").
#include "audit/checks/judges.hpp"
#include "base/contains.hpp"
#include "egress/inspect.hpp"
#include "egress/listing.hpp"

#include <fmt/format.h>

#include <sstream>

namespace postern::audit {
namespace {

constexpr const char* set_up = "Set up [site] and [egress], then: postern firewall apply, confirm, verify.";

std::optional<egress::Ruleset> rules_of(const Evidence& evidence) {
    const std::string* text = evidence.file("firewall.json");
    if (text == nullptr) return std::nullopt;
    auto rules = egress::read_ruleset(*text);
    return rules ? std::optional(*std::move(rules)) : std::nullopt;
}

/// A bridge that is itself the way to the internet, with others on it.
std::optional<std::string> bridged_outward(const Evidence& evidence) {
    const std::string* text = evidence.file("bridges");
    if (text == nullptr) return std::nullopt;
    std::vector<std::string> defaults;
    std::string crowded;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::vector<std::string> all;
        for (std::string word; words >> word;) all.push_back(word);
        if (all.size() == 2 && all[0] == "default") defaults.push_back(all[1]);
        else if (all.size() == 2 && all[0] == "filtered") return std::nullopt;  // bridged packets meet the hooks of IP
        else if (all.size() > 2 && contains(defaults, all[0])) crowded = all[0];
    }
    return crowded.empty() ? std::nullopt : std::optional(crowded);
}

}  // namespace

Judging judge_containers_guarded(const Evidence& evidence) {
    if (const auto bridge = bridged_outward(evidence))
        return settled({failing(
            "CONTAINERS_BRIDGED",
            fmt::format(
                "The way to the internet is the bridge {}: machines on it leave without meeting any rule of this host.",
                *bridge),
            "Set net.bridge.bridge-nf-call-iptables and -ip6tables to 1, or shut port 25 for them at the router.")});
    const std::string* forwarding = evidence.file("ip_forward");
    if (forwarding != nullptr && forwarding->starts_with("0"))
        return settled(
            {pass("NO_CONTAINERS", "This host forwards nothing: whatever runs behind it has no way out through it.")});
    const auto rules = rules_of(evidence);
    if (!rules || forwarding == nullptr)
        return settled({unknown("CONTAINERS_UNKNOWN",
                                "Whether this host forwards for containers, and by which rules, could not be read.",
                                "Run the audit on the mail server as root.")});
    const egress::Guard v4 = egress::guard_of(*rules, "forward", true), v6 = egress::guard_of(*rules, "forward", false);
    if (!v4.holds)
        return settled({failing(
            "CONTAINERS_OPEN",
            "Containers and virtual machines behind this host reach port 25 outside: a broken one sends by itself.",
            set_up)});
    if (!v6.holds)
        return settled({failing(
            "CONTAINERS_OPEN_V6",
            fmt::format("{} shuts port 25 for what stands behind this host in IPv4 only; over IPv6 it is open.",
                        *v4.holds),
            set_up)});
    return settled(
        {pass("CONTAINERS_GUARDED",
              fmt::format("{} shuts port 25 for what stands behind this host, in IPv4 and IPv6.", *v4.holds))});
}

Judging judge_rules_as_generated(const Evidence& evidence) {
    const std::string *live = evidence.file("egress.live"), *expected = evidence.file("egress.expected"),
                      *listing = evidence.file("firewall.json");
    if (expected == nullptr && (live == nullptr || live->empty()))
        return settled({elsewhere(
            "RULES_NOT_OURS",
            "The rules of this host were not made by Postern: what they should be is known to their author alone.",
            set_up)});
    if (expected == nullptr)
        return settled({failing("RULES_NOT_AT_BOOT",
                                "Postern's rules are live, but no boot file loads them: they end with the next reboot.",
                                "postern firewall apply, then postern firewall confirm.")});
    if (live == nullptr || live->empty())
        return settled({failing(
            "RULES_GONE", "Postern's boot file is there, and its table is not live: port 25 is open for everybody.",
            "systemctl restart postern-firewall; then find out who flushed it.")});
    const auto table =
        listing == nullptr ? Result<egress::LiveTable>(egress::LiveTable{}) : egress::read_live_table(*listing);
    const auto differences = egress::compare_listings(*expected, *live, table ? *table : egress::LiveTable{});
    if (differences.empty())
        return settled({pass("RULES_AS_GENERATED", "The live rules are those of the boot file, line by line.")});
    return settled({failing("RULES_DRIFTED",
                            fmt::format("The live rules differ from those of the boot file in {} place{}, first: {}",
                                        differences.size(), differences.size() == 1 ? "" : "s",
                                        egress::to_string(differences.front())),
                            "postern firewall diff; then apply and confirm.")});
}

Judging judge_refusals_written_down(const Evidence& evidence) {
    const auto rules = rules_of(evidence);
    if (!rules)
        return settled({unknown("REFUSALS_UNKNOWN", "The firewall's rules could not be read for this.",
                                "Run the audit on the mail server as root.")});
    const egress::Record record = egress::record_of(*rules);
    if (!record.logs)
        return settled(
            {failing("REFUSALS_UNSEEN",
                     "No rule writes down who tries port 25: an infected machine stays without a name.", set_up)});
    if (record.unlimited)
        return settled(
            {warning("REFUSALS_UNLIMITED",
                     "A rule logs every try at port 25 without a limit: one infected machine fills the disk.",
                     "Put limit rate 5/second in front of the log statement.")});
    return settled(
        {pass("REFUSALS_WRITTEN", "Tries at port 25 are written down or led to a trap, at a bounded rate.")});
}

}  // namespace postern::audit
