// SPDX-License-Identifier: Apache-2.0
// The relay battery judged: open is only what was delivered, closed is only what was refused by a server that still took mail for
// postmaster (measure 6).
#include "audit/active/relay_outcome.hpp"
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/checks/tried.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace postern::audit {
namespace {

using What = RelayOutcome::What;

bool is_inside(std::string_view check) { return check == "6-07" || check == "6-09"; }
/// Of every port and form, so that the place must be said.
bool is_wide(std::string_view check) { return check == "6-06" || is_inside(check); }

/// What was tried from inside is of one check alone. From outside 6-06 is of other ports and of IPv6, whatever the form; the others
/// are each of their forms on port 25.
bool belongs(const Evidence& evidence, const RelayOutcome& outcome, std::string_view check) {
    if (const std::string& place = evidence.active.place; !place.empty() || is_inside(check))
        return !place.empty() && relay_check_of(place) == check;
    const bool other_door = outcome.port != 25 || outcome.server.is_v6();
    return check == "6-06" ? other_door : !other_door && outcome.form->check == check;
}

struct Group {
    std::vector<std::string> forms;
    std::string quote;
};

std::map<What, Group> grouped(const Evidence& evidence, std::string_view check) {
    std::map<What, Group> out;
    for (const RelayOutcome& outcome : relay_outcomes(evidence.active)) {
        if (!belongs(evidence, outcome, check)) continue;
        Group& group = out[outcome.what];
        const std::string where =
            is_wide(check) ? fmt::format(" ({} port {})", outcome.server.to_string(), outcome.port) : "";
        group.forms.push_back(fmt::format("{} {}{}", outcome.form->id, outcome.form->what, where));
        if (group.quote.empty()) group.quote = outcome.quote;
    }
    return out;
}

std::size_t wanted_forms(std::string_view check) {
    if (is_inside(check)) return relay_forms().size();
    return static_cast<std::size_t>(std::ranges::count(relay_forms(), check, &RelayForm::check));
}

std::size_t tried_forms(const Evidence& evidence, std::string_view check) {
    std::set<std::string_view> ids;
    for (const RelayOutcome& outcome : relay_outcomes(evidence.active))
        if (belongs(evidence, outcome, check) && outcome.what != What::not_tried) ids.insert(outcome.form->id);
    return ids.size();
}

/// Why there is nothing to judge, and what would settle it.
Finding not_seen(const Evidence& evidence, std::string_view check) {
    const std::string& place = evidence.active.place;
    if (is_inside(check) && (place.empty() || relay_check_of(place) != check))
        return elsewhere("RELAY_NOT_SEEN",
                         check == "6-07" ? "No relay was tried from the office, another server or a container."
                                         : "No relay was tried from the VPN or the guest network.",
                         fmt::format("run postern audit DOMAIN --intrusive --place {} there, on a machine that is not "
                                     "allowed to relay",
                                     check == "6-07" ? "office (or server, container)" : "vpn (or guest)"));
    if (!place.empty() && !is_inside(check))
        return elsewhere("RELAY_NOT_SEEN", "The relay was tried from inside alone.", "run it from outside, too");
    return elsewhere("RELAY_NOT_SEEN",
                     check == "6-06" ? "No other port and no IPv6 address took mail from strangers, or none was tried."
                                     : "No relay was tried.",
                     how_to_try(evidence));
}

constexpr std::string_view close_it = "Refuse recipients of other domains from clients without login: Postfix "
                                      "smtpd_relay_restrictions = permit_mynetworks, "
                                      "permit_sasl_authenticated, reject_unauth_destination and "
                                      "allow_untrusted_routing = no; trust no gateway or container bridge "
                                      "in mynetworks. Then look into the queue for mail of strangers.";

Findings relay_findings(const Evidence& evidence, std::string_view check) {
    Findings out;
    auto groups = grouped(evidence, check);
    const auto say = [&](What what) { return fmt::format("{}. {}", some_of(groups[what].forms), groups[what].quote); };
    if (groups.contains(What::delivered))
        out.push_back(
            failing("RELAY_OPEN",
                    "Mail of a stranger was delivered to another domain, in these forms: " + say(What::delivered) + ".",
                    std::string(close_it)));
    if (groups.contains(What::among))
        out.push_back(failing(
            "RELAY_OPEN",
            "A message to several forms at once was delivered to another domain, so at least one of them relays: " +
                say(What::among) + ".",
            std::string(close_it)));
    if (groups.contains(What::taken))
        out.push_back(
            unknown("RELAY_TAKEN",
                    "The server took a stranger's mail for another domain, and it has not arrived at the far end: " +
                        say(What::taken) + ".",
                    "Look for the message in the server's queue and log: it was dropped, or it is still on its way."));
    if (groups.contains(What::accepted))
        out.push_back(unknown(
            "RELAY_UNPROVED", "Accepted at RCPT only, delivery unproved: " + say(What::accepted) + ".",
            "Run it again with a far end of your own (--far-end, --vantage): only what arrives proves a relay."));
    if (groups.contains(What::at_home))
        out.push_back(unknown("RELAY_AT_HOME",
                              "The server takes every local part of your domain, these too, which proves nothing: " +
                                  say(What::at_home) + ".",
                              "Mend 3-10 first, or give a far end (--far-end, --vantage)."));
    if (groups.contains(What::deferred))
        out.push_back(unknown(
            "RELAY_GREYLISTED",
            "Unknown (banned or greylisted): the server put us off, postmaster's mail too or without saying why: " +
                say(What::deferred) + ".",
            "Run it again in a quarter of an hour from the same address, or exempt it from greylisting for the test."));
    if (groups.contains(What::banned))
        out.push_back(unknown("RELAY_BANNED",
                              "Unknown (banned or greylisted): the server no longer took mail for postmaster, so its "
                              "refusals say nothing: " +
                                  say(What::banned) + ".",
                              "Exempt the address that tests from the ban for the test, or wait until it has ended."));
    if (groups.contains(What::otherwise))
        out.push_back(unknown(
            "RELAY_OTHERWISE", "Refused for another reason than relaying: " + say(What::otherwise) + ".",
            "Mend what the answer names (a far end whose domain exists, an address on no list), and run it again."));
    const std::size_t tried = tried_forms(evidence, check);
    const std::size_t wanted = check == "6-06" ? tried : wanted_forms(check);
    const bool cut_off = tried > 0 || (!talks(evidence, "relay").empty() && !left_out(evidence).empty());
    if (cut_off && tried < wanted)
        out.push_back(
            unknown("RELAY_NOT_TRIED",
                    fmt::format("{} of {} forms were tried; then it ended: {}.", tried, wanted, left_out(evidence)),
                    "Give it more time (--active-time), or exempt the address that tests from limits for the test."));
    const std::size_t closed = groups[What::refused].forms.size() + groups[What::kept].forms.size();
    if (out.empty() && closed > 0)
        out.push_back(
            pass("RELAY_CLOSED", fmt::format("{} forms were refused while postmaster's mail was taken.", closed)));
    if (out.empty()) out.push_back(not_seen(evidence, check));
    return out;
}

}  // namespace

Judging judge_relay_plain(const Evidence& evidence) { return settled(relay_findings(evidence, "6-01")); }
Judging judge_relay_senders(const Evidence& evidence) { return settled(relay_findings(evidence, "6-02")); }
Judging judge_relay_routes(const Evidence& evidence) { return settled(relay_findings(evidence, "6-03")); }
Judging judge_relay_home(const Evidence& evidence) { return settled(relay_findings(evidence, "6-04")); }
Judging judge_relay_letters(const Evidence& evidence) { return settled(relay_findings(evidence, "6-05")); }
Judging judge_relay_inside(const Evidence& evidence) { return settled(relay_findings(evidence, "6-07")); }
Judging judge_relay_guests(const Evidence& evidence) { return settled(relay_findings(evidence, "6-09")); }
Judging judge_relay_doors(const Evidence& evidence) { return settled(relay_findings(evidence, "6-06")); }

}  // namespace postern::audit
