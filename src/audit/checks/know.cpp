// SPDX-License-Identifier: Apache-2.0
// Listings, the inventory of senders, and what the logs say of lists (0-01, 0-07 to 0-17).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/target.hpp"
#include "base/contains.hpp"
#include "evidence/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace postern::audit {
namespace {

/// Words of lists about subjects of one kind.
template <class Takes>
Findings words_of(const Evidence& evidence, Takes takes, std::string_view nothing) {
    Findings out;
    std::set<std::string> clean;
    for (const ListWord& word : evidence.lists) {
        if (!takes(word)) continue;
        if (word.status == "listed")
            out.push_back(
                failing("LISTED",
                        fmt::format("{} is on {}: {}", word.subject, word.name,
                                    word.meaning.empty() ? "listed." : word.meaning),
                        fmt::format("Find the cause first (postern explain {}), then: postern case open {}. {}",
                                    word.zone, word.subject, word.advice)));
        else if (word.status == "clean") clean.insert(word.subject);
        else if (word.enabled)
            out.push_back(unknown("LIST_UNKNOWN", fmt::format("{} on {}: {}", word.subject, word.name, word.reason),
                                  word.advice));
    }
    if (out.empty() && !clean.empty())
        out.push_back(pass("NOT_LISTED", fmt::format("{}: on none of the lists that were asked.",
                                                     some_of({clean.begin(), clean.end()}))));
    if (out.empty())
        out.push_back(
            unknown("NOTHING_ASKED", std::string(nothing), "Name the addresses: postern audit DOMAIN ADDRESS..."));
    return out;
}

bool is_domain(const ListWord& word) { return !IpAddress::parse(word.subject.substr(0, word.subject.find('/'))); }
bool is_v6(const ListWord& word) { return word.subject.contains(':'); }

/// Zones that the host's configuration asks, with where they stand.
struct Configured {
    std::string zone, where;
    bool refuses = true;    // a listing refuses mail
    bool filtered = false;  // only named return codes count
};
std::vector<Configured> configured_zones(const Evidence& evidence) {
    std::vector<Configured> out;
    const auto take = [&](std::string_view entry, std::string where, bool refuses) {
        // zen.spamhaus.org=127.0.0.[2..11]*3
        const auto star = entry.find('*');
        const auto equals = entry.find('=');
        if (auto zone = DomainName::parse(entry.substr(0, std::min({equals, star, entry.size()}))))
            out.push_back({std::string(zone->text()), std::move(where), refuses, equals != entry.npos});
    };
    for (const std::string_view setting :
         {"smtpd_recipient_restrictions", "smtpd_client_restrictions", "smtpd_relay_restrictions",
          "smtpd_helo_restrictions", "smtpd_sender_restrictions"}) {
        const auto words = evidence::setting_words(evidence.postfix.get(setting));
        for (std::size_t i = 0; i + 1 < words.size(); ++i)
            if (words[i].starts_with("reject_rbl_client") || words[i].starts_with("reject_rhsbl_"))
                take(words[i + 1], std::string(setting), true);
    }
    for (const std::string& entry : evidence::setting_words(evidence.postfix.get("postscreen_dnsbl_sites")))
        take(entry, "postscreen_dnsbl_sites", evidence.postfix.get("postscreen_dnsbl_action") != "ignore");
    for (const std::string& condition : evidence.exim.dnslists) {
        std::string_view rest = condition;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(" : "), rest.size());
            std::string_view entry = evidence::before(rest.substr(0, end), "/");
            while (entry.starts_with(' ')) entry.remove_prefix(1);
            take(evidence::before(entry, " "), "dnslists of an Exim ACL", true);
            rest.remove_prefix(std::min(end + 3, rest.size()));
        }
    }
    return out;
}

struct Dead {
    std::string_view zone, story;
};
/// Zones that answer no more, or that answer for everything: those that old configurations still hold.
constexpr std::array dead_zones{Dead{"dnsbl.sorbs.net", "closed in June 2024"},
                                Dead{"relays.ordb.org", "closed in 2006, listed everything in 2008"},
                                Dead{"dnsbl.ahbl.org", "closed in 2014, lists everything"},
                                Dead{"cbl.abuseat.org", "part of the XBL since 2021"},
                                Dead{"dnsbl.njabl.org", "closed in 2013"},
                                Dead{"list.dsbl.org", "closed in 2008"},
                                Dead{"bl.spamcannibal.org", "closed in 2018, listed everything"},
                                Dead{"dnsbl.inps.de", "closed"},
                                Dead{"ix.dnsbl.manitu.net", "closed in 2024"},
                                Dead{"multihop.dsbl.org", "closed in 2008"},
                                Dead{"blackholes.mail-abuse.org", "closed"},
                                Dead{"dul.dnsbl.sorbs.net", "closed in June 2024"},
                                Dead{"bl.emailbasura.org", "closed in 2019, listed everything"},
                                Dead{"rbl.megarbl.net", "closed in 2019, listed everything"},
                                Dead{"spam.dnsbl.sorbs.net", "closed in June 2024"},
                                Dead{"combined.njabl.org", "closed in 2013"}};

}  // namespace

Judging judge_listed_v4(const Evidence& evidence) {
    return settled(words_of(
        evidence, [](const ListWord& word) { return word.tier == 1 && !is_domain(word) && !is_v6(word); },
        "No IPv4 address of the target is known."));
}
Judging judge_listed_v6(const Evidence& evidence) {
    const auto takes = [](const ListWord& word) { return word.tier == 1 && is_v6(word); };
    if (!std::ranges::any_of(evidence.lists, takes))
        return settled({pass("V6_NONE", "No IPv6 address of the target is known to send.")});
    return settled(words_of(evidence, takes, ""));
}
Judging judge_dynamic_range(const Evidence& evidence) {
    // By the catalogue's words for such codes: a union's name is that of whichever part answered first.
    const auto of_lines = [](const ListWord& word) {
        return word.meaning.contains("should not send mail directly") || word.name.contains("PBL") ||
               word.name.contains("Dyna");
    };
    Findings out;
    bool asked = false;
    for (const ListWord& word : evidence.lists) {
        if (is_domain(word)) continue;
        asked = asked || (word.tier == 1 && word.status == "clean");
        if (of_lines(word) && word.status == "listed")
            out.push_back(
                failing("DYNAMIC_RANGE",
                        fmt::format("{} is in a range that its provider lends to customers ({}): most receivers take "
                                    "no mail from there.",
                                    word.subject, word.name),
                        "Ask the provider for a fixed address with your reverse name, or send through the "
                        "provider's smart host; only then ask for removal."));
    }
    if (out.empty() && !asked)
        out.push_back(unknown("RANGE_UNKNOWN", "No list of such ranges gave an answer.", "See 0-07."));
    if (out.empty()) out.push_back(pass("FIXED_RANGE", "No sender is in a range that is lent to customers."));
    return settled(std::move(out));
}
Judging judge_listed_lesser(const Evidence& evidence) {
    Findings out = words_of(
        evidence, [](const ListWord& word) { return word.tier >= 2 && !is_domain(word); },
        "No list of the second or third tier was asked.");
    return settled(std::move(out));
}
Judging judge_listed_domains(const Evidence& evidence) {
    return settled(words_of(evidence, &is_domain, "No domain was asked about."));
}

Judging judge_inventory(const Evidence& evidence) {
    const OwnSenders own = co_await find_own_senders(evidence);
    Findings out;
    if (!own.unknown.empty())
        out.push_back(
            unknown("INVENTORY_UNKNOWN", fmt::format("The SPF record could not be looked up: {}.", own.unknown)));
    const auto in_spf = [&](const IpAddress& ip) {
        return std::ranges::any_of(own.networks, [&](const Network& network) { return network.contains(ip); }) ||
               contains(own.addresses, ip);
    };
    if (evidence.trace.entry && evidence.trace.entry->ip && !in_spf(*evidence.trace.entry->ip))
        out.push_back(warning("INVENTORY_SURPRISE",
                              fmt::format("The saved message came from {}, which neither the SPF record nor you named.",
                                          evidence.trace.entry->ip->to_string()),
                              "Find out which machine sends there: a NAT address, a relay, or a second server. Then "
                              "name it in the SPF record or shut it."));
    for (const std::string& term : own.too_wide)
        out.push_back(warning(
            "INVENTORY_TOO_WIDE",
            fmt::format("{} in the SPF record is too large to be looked after; its addresses were not asked about.",
                        term),
            "Name the addresses that really send."));
    if (out.empty() && own.addresses.empty())
        out.push_back(unknown("NO_SENDING_ADDRESS", "No sending address is known.",
                              "Name them: postern audit DOMAIN ADDRESS..."));
    std::vector<std::string> names;
    for (const IpAddress& ip : own.addresses) names.push_back(ip.to_string());
    if (out.empty())
        out.push_back(pass(
            "INVENTORY",
            fmt::format("Own senders: {}{}.", some_of(names),
                        own.third_parties.empty() ? "" : fmt::format("; others': {}", some_of(own.third_parties)))));
    co_return out;
}

Judging judge_dead_zones(const Evidence& evidence) {
    Findings out;
    const auto zones = configured_zones(evidence);
    for (const Configured& one : zones)
        for (const Dead& dead : dead_zones)
            if (one.zone == dead.zone)
                out.push_back(
                    failing("DEAD_ZONE", fmt::format("{} still asks {}: {}.", one.where, dead.zone, dead.story),
                            "Take it out: a dead list delays mail, and one that lists everything refuses all of it."));
    if (out.empty())
        out.push_back(
            pass("ZONES_ALIVE",
                 zones.empty()
                     ? "The mail server asks no list itself."
                     : fmt::format("The {} lists that the mail server asks are not known to be dead.", zones.size())));
    return settled(std::move(out));
}

Judging judge_unfiltered_dnsbl(const Evidence& evidence) {
    Findings out;
    for (const Configured& one : configured_zones(evidence))
        if (one.refuses && !one.filtered)
            out.push_back(failing(
                "DNSBL_UNFILTERED",
                fmt::format("{} refuses mail for any answer of {}, refusals of the operator (127.255.255.x) and "
                            "accidents included.",
                            one.where, one.zone),
                fmt::format("Name the codes that count: {}=127.0.0.[2..11] in Postfix, {}=127.0.0.2,127.0.0.3 in Exim.",
                            one.zone, one.zone)));
    if (out.empty()) out.push_back(pass("DNSBL_FILTERED", "No list refuses mail by an answer that was not foreseen."));
    return settled(std::move(out));
}

Judging judge_block_replies(const Evidence& evidence) {
    const auto& logs = *evidence.logs;
    Findings out;
    for (const evidence::Refusals& one : logs.refusals) {
        const bool lately = evidence.taken - one.last < std::chrono::hours(48);
        const std::string what =
            fmt::format("{} replies since {} name {}{}; last {} from {}: {}", one.count, to_date(one.first),
                        one.what.list, one.what.address ? " for " + one.what.address->to_string() : "",
                        to_rfc3339(one.last), one.receiver, one.sample);
        const std::string fix = fmt::format("{}. Then find what was sent: postern case open ADDRESS.", one.what.advice);
        if (lately && one.what.certain) out.push_back(failing("BLOCKED_BY_REPLY", what, fix));
        else out.push_back(warning(one.what.certain ? "BLOCKED_EARLIER" : "REPUTATION_REPLY", what, fix));
    }
    if (out.empty())
        out.push_back(
            pass("NO_BLOCK_REPLY", fmt::format("Of {} deliveries outward none was refused for a list or reputation.",
                                               logs.sent_out + logs.bounced_out + logs.deferred_out)));
    return settled(std::move(out));
}

}  // namespace postern::audit
