// SPDX-License-Identifier: Apache-2.0
#include "egress/offender_judgement.hpp"

#include <fmt/format.h>

namespace postern::egress {
namespace {

// Where a number begins to mean something. A person or device in trouble stays below all of them.
constexpr std::size_t many_destinations = 20, some_destinations = 5;
constexpr std::size_t many_names = 3, many_sender_domains = 4;
constexpr std::uint64_t high_rate = 20, low_rate = 5;  // attempts in the busiest minute
constexpr std::uint64_t low_total = 60;                // attempts ever, at a low rate
constexpr std::uint64_t log_rate = 30;                 // where only a router's log speaks
constexpr std::size_t log_destinations = 30;
constexpr int enough_signs = 4;

std::string counted(const OffenderTally& tally) {
    return fmt::format("{}{}", tally.full() ? "at least " : "", tally.different());
}

std::string examples(const OffenderTally& tally) {
    std::string out;
    for (std::size_t i = 0; i < std::min<std::size_t>(tally.named().size(), 3); ++i)
        out += fmt::format("{}{}", i == 0 ? "" : ", ", tally.named()[i].first);
    return tally.different() > 3 ? out + " ..." : out;
}

/// Signs of an engine that sends in mass: each with its weight and its words.
struct Signs {
    int weight = 0;
    std::vector<std::string> words;

    void add(int by, std::string word) {
        weight += by;
        words.push_back(std::move(word));
    }
};

Signs mass_signs(const Offender& offender) {
    Signs out;
    const std::size_t servers = offender.destinations.different();
    if (servers >= some_destinations)
        out.add(servers >= many_destinations ? 2 : 1,
                fmt::format("it tried {} servers", counted(offender.destinations)));
    if (offender.helos.different() >= many_names)
        out.add(2, fmt::format("it called itself by {} names (HELO {})", counted(offender.helos),
                               examples(offender.helos)));
    if (offender.sender_domains.different() >= many_sender_domains)
        out.add(2, fmt::format("it sent in the name of {} domains ({})", counted(offender.sender_domains),
                               examples(offender.sender_domains)));
    if (offender.peak_per_minute >= high_rate)
        out.add(1, fmt::format("{} connections in its busiest minute", offender.peak_per_minute));
    if (offender.spoke_first * 2 > offender.speaking(Speech::smtp) && offender.spoke_first >= 3)
        out.add(1, "it spoke before the greeting, as no mail server does");
    if (offender.speaking(Speech::smtp) >= 5 && offender.quits * 2 < offender.speaking(Speech::smtp))
        out.add(1, "it mostly left without QUIT");
    if (offender.recipient_count >= 50) out.add(1, fmt::format("{} recipients", offender.recipient_count));
    return out;
}

/// The rule that keeps devices and people from being called infected.
bool low_and_well_formed(const Offender& offender) {
    return offender.peak_per_minute <= low_rate && offender.attempts <= low_total &&
           offender.helos.different() < many_names && offender.spoke_first == 0;
}

std::string rate(const Offender& offender) {
    if (const auto period = offender.period()) return fmt::format("once every {}", in_words(*period));
    return fmt::format("at most {} a minute", offender.peak_per_minute);
}

OffenderJudgement judge_mass(Signs signs) {
    return {OffenderKind::mass_mailer, "a mass mailer with its own engine: this machine is probably infected",
            std::move(signs.words),
            "Take it off the network, find out who uses it, and examine it from clean media. Change the passwords that "
            "were used on it."};
}

OffenderJudgement judge_own_delivery(const Offender& offender) {
    return {OffenderKind::own_delivery,
            "a mail server or program that delivers mail by itself",
            {fmt::format("it tried {} servers", counted(offender.destinations)),
             fmt::format("it always calls itself {}", examples(offender.helos)),
             fmt::format("it sends as {}", examples(offender.sender_domains))},
            "Let it send through the mail server (smart host), or name it as an exception if it is meant to."};
}

OffenderJudgement judge_misconfigured(const Offender& offender) {
    OffenderJudgement out{OffenderKind::misconfigured, "", {}, ""};
    const bool mails = offender.senders.different() > 0;
    out.sentence = mails ? "a scanner, printer or program that is set to deliver to port 25 outside: misconfigured"
                         : "monitoring or a program that looks at port 25 outside: misconfigured";
    out.evidence = {fmt::format("{} attempts at {} server{}, {}", offender.attempts, counted(offender.destinations),
                                offender.destinations.different() == 1 ? "" : "s", rate(offender))};
    if (!offender.helos.named().empty())
        out.evidence.push_back(fmt::format("it always calls itself {}", examples(offender.helos)));
    if (mails) out.evidence.push_back(fmt::format("it sends as {}", examples(offender.senders)));
    if (offender.speaking(Speech::smtp) > 0 && offender.quits >= offender.speaking(Speech::smtp))
        out.evidence.emplace_back("it takes its leave as SMTP wants it");
    if (!offender.mailers.empty()) out.evidence.push_back("its program is " + offender.mailers.front());
    out.advice = mails ? "In its settings, name the mail server with port 587 and a login, instead of a server outside."
                       : "Let it look at the mail server or at port 587, or name it as an exception.";
    return out;
}

OffenderJudgement judge_by_hand(const Offender& offender) {
    OffenderJudgement out{OffenderKind::by_hand, "a person who tests by hand", {}, ""};
    out.evidence.push_back(
        fmt::format("{} of {} lines came after a pause of a second or more", offender.paused_lines, offender.lines));
    if (offender.corrections > 0) out.evidence.emplace_back("it was typed with corrections");
    out.evidence.push_back(fmt::format("{} attempts, {}", offender.attempts, rate(offender)));
    out.advice = "Nothing is wrong with the machine; tell its user that port 25 is shut.";
    return out;
}

OffenderJudgement judge_scan(const Offender& offender) {
    return {OffenderKind::port_scan,
            "it looks for open mail servers: a port scan",
            {fmt::format("it tried {} servers and spoke no SMTP to any", counted(offender.destinations)),
             fmt::format("{} connections in its busiest minute", offender.peak_per_minute)},
            "If nobody has ordered the scan, treat the machine as infected."};
}

OffenderJudgement judge_other(const Offender& offender) {
    OffenderJudgement out{OffenderKind::other_protocol, "", {}, ""};
    Speech most = Speech::other;
    for (const Speech speech : {Speech::tls, Speech::http, Speech::socks, Speech::junk})
        if (offender.speaking(speech) > offender.speaking(most)) most = speech;
    out.sentence = fmt::format("something that speaks {} instead of SMTP", to_string(most));
    out.evidence.push_back(fmt::format("{} connections with {}", offender.speaking(most), to_string(most)));
    if (offender.server_names.different() > 0)
        out.evidence.push_back(fmt::format("it looks for {}", examples(offender.server_names)));
    if (most != Speech::tls && !offender.firsts.empty())
        out.evidence.push_back("it begins with " + offender.firsts.front().substr(0, 64));
    out.advice = "Find the program that opened the connection; on the machine: ss -tnp or netstat -ano.";
    return out;
}

/// No word was heard: a router's log, or too early.
OffenderJudgement judge_unheard(const Offender& offender) {
    const std::size_t servers = offender.destinations.different();
    if (servers >= log_destinations && offender.peak_per_minute >= log_rate) {
        Signs signs;
        signs.add(0, fmt::format("it tried {} servers", counted(offender.destinations)));
        signs.add(0, fmt::format("{} connections in its busiest minute", offender.peak_per_minute));
        signs.add(0, "what it would have said is not known: the log shows connections only");
        return judge_mass(std::move(signs));
    }
    if (servers <= 2 && offender.attempts >= 3 && offender.peak_per_minute <= low_rate)
        return judge_misconfigured(offender);
    return {OffenderKind::unclear,
            "too little is known to say what it is",
            {fmt::format("{} attempts at {} servers, {}", offender.attempts, counted(offender.destinations),
                         rate(offender)),
             "nothing that it said is known"},
            "Look again when more attempts are on record."};
}

}  // namespace

std::string_view to_string(OffenderKind kind) {
    constexpr std::array<std::string_view, 7> names{"mass-mailer", "own-delivery",   "misconfigured", "by-hand",
                                                    "port-scan",   "other-protocol", "unclear"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view severity(OffenderKind kind) {
    if (kind == OffenderKind::mass_mailer || kind == OffenderKind::port_scan) return "incident";
    return kind == OffenderKind::by_hand ? "info" : "notice";
}

OffenderJudgement judge(const Offender& offender) {
    Signs signs = mass_signs(offender);
    const std::uint64_t spoken = offender.speaking(Speech::smtp);
    const std::size_t servers = offender.destinations.different();
    if (signs.weight >= enough_signs && spoken > 0 && !low_and_well_formed(offender))
        return judge_mass(std::move(signs));
    const std::uint64_t silent = offender.speaking(Speech::silent);
    if (spoken == 0 && offender.conversations > 0) {
        if (servers >= many_destinations) return judge_scan(offender);
        if (offender.conversations > silent) return judge_other(offender);
        if (offender.attempts >= 3 && servers <= 2) return judge_misconfigured(offender);
    }
    if (spoken == 0) return judge_unheard(offender);
    if (offender.corrections > 0 || (offender.paused_lines >= 2 && offender.paused_lines * 2 >= offender.lines))
        return judge_by_hand(offender);
    if (servers >= some_destinations && offender.helos.different() < many_names) return judge_own_delivery(offender);
    if (servers <= 2 && offender.helos.different() < many_names) return judge_misconfigured(offender);
    OffenderJudgement out{OffenderKind::unclear, "too little is known to say what it is", std::move(signs.words),
                          "Watch it: a mass mailer shows itself within minutes."};
    out.evidence.push_back(fmt::format("{} attempts, {}", offender.attempts, rate(offender)));
    return out;
}

}  // namespace postern::egress
