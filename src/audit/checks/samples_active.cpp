// SPDX-License-Identifier: Apache-2.0
// Samples judged by what arrived, and what came back to the sender that should not have (measures 1 and 3).
#include "audit/active/relay_outcome.hpp"
#include "audit/active/samples.hpp"
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/checks/tried.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::audit {
namespace {

enum class Fate : std::uint8_t { refused, kept_back, cleaned, tagged, arrived, unseen, deferred, not_sent };

bool reads_spam(std::string_view message) {
    const std::string_view head = message.substr(0, message.find("\n\r\n"));
    for (const std::string_view mark :
         {"x-spam-flag: yes", "x-spam: yes", "x-spam-status: yes", "subject: [spam]", "subject: ***spam***"})
        if (speaks_of(head, mark)) return true;
    return false;
}

/// The clean sample of the same way: only if it arrived does an absence mean anything.
bool way_is_open(const Evidence& evidence, const Conversation& talk) {
    const std::string way = talk.purpose.substr(0, talk.purpose.find('/'));
    return std::ranges::any_of(talks(evidence, way + "/clean"), [&](const Conversation* clean) {
        return arrival_of(evidence.active, clean->token) != nullptr;
    });
}

Fate fate_of(const Evidence& evidence, const Conversation& talk) {
    const Turn* end = talk.turn("end");
    if (end == nullptr || end->unsaid || end->code == 0) return Fate::not_sent;
    if (heard(end) == Heard::deferred) return Fate::deferred;
    if (!end->accepted()) return Fate::refused;
    const Arrival* arrival = arrival_of(evidence.active, talk.token);
    if (arrival == nullptr) return way_is_open(evidence, talk) ? Fate::kept_back : Fate::unseen;
    const std::string_view sample = std::string_view(talk.purpose).substr(talk.purpose.find('/') + 1);
    if (!still_holds(arrival->octets, sample)) return Fate::cleaned;
    return sample == "gtube" && reads_spam(arrival->octets) ? Fate::tagged : Fate::arrived;
}

struct Fates {
    std::vector<std::string> arrived, tagged, unseen, deferred, not_sent;
    std::size_t refused = 0, kept_back = 0;
    bool clean_passed = false;
    [[nodiscard]] bool none() const {
        return arrived.empty() && tagged.empty() && unseen.empty() && deferred.empty() && not_sent.empty() &&
               refused + kept_back == 0;
    }
};

/// `way`: "sample-in/"; samples whose name begins with one of `names`.
Fates fates_of(const Evidence& evidence, const std::string& way, std::span<const std::string_view> names) {
    Fates out;
    for (const Conversation* talk : talks(evidence, way)) {
        const std::string sample = talk->purpose.substr(way.size());
        const std::string what = way == "sample-out/" ? sample + " as the test user" : sample + " from outside";
        const Fate fate = fate_of(evidence, *talk);
        if (sample == "clean")
            out.clean_passed = fate == Fate::arrived || (talk->turn("end") != nullptr && talk->turn("end")->accepted());
        if (std::ranges::none_of(names, [&](std::string_view name) { return sample == name; })) continue;
        switch (fate) {
        case Fate::refused: ++out.refused; break;
        case Fate::kept_back:
        case Fate::cleaned: ++out.kept_back; break;
        case Fate::arrived: out.arrived.push_back(what); break;
        case Fate::tagged: out.tagged.push_back(what); break;
        case Fate::unseen: out.unseen.push_back(what); break;
        case Fate::deferred: out.deferred.push_back(what); break;
        case Fate::not_sent: out.not_sent.push_back(what); break;
        }
    }
    return out;
}

void merge(Fates& into, const Fates& other) {
    for (const auto& [to, from] : {std::pair{&into.arrived, &other.arrived}, std::pair{&into.tagged, &other.tagged},
                                   std::pair{&into.unseen, &other.unseen}, std::pair{&into.deferred, &other.deferred},
                                   std::pair{&into.not_sent, &other.not_sent}})
        to->insert(to->end(), from->begin(), from->end());
    into.refused += other.refused;
    into.kept_back += other.kept_back;
    into.clean_passed = into.clean_passed || other.clean_passed;
}

std::string missing_option(const Evidence& evidence, bool out) {
    if (!evidence.active.asked || !evidence.active.refused.empty()) return how_to_try(evidence);
    if (evidence.active.sample_recipient.empty())
        return "give --sample-recipient ADDRESS, a mailbox of yours that leads to a sink";
    if (out && !evidence.active.logged_in) return "give --test-user FILE";
    return how_to_try(evidence);
}

Findings judge_fates(const Evidence& evidence, const Fates& fates, bool out_way, const std::string& fix) {
    Findings out;
    if (!fates.arrived.empty())
        out.push_back(failing("SAMPLE_ARRIVED", fmt::format("Arrived whole: {}.", some_of(fates.arrived, 8)), fix));
    if (!fates.tagged.empty())
        out.push_back(warning("SAMPLE_TAGGED", fmt::format("Arrived, marked as spam: {}.", some_of(fates.tagged, 8)),
                              "Refuse what is certain spam in the session, or keep it from the inbox: the marked "
                              "message can still be clicked on."));
    if (!fates.unseen.empty())
        out.push_back(unknown(
            "SAMPLE_UNSEEN",
            fmt::format("Taken by the server, and whether it was delivered is not seen: {}.", some_of(fates.unseen, 8)),
            "Give --sample-mailbox DIR (or a probe as the sink), so that what arrives is seen; the clean sample must "
            "arrive."));
    if (!fates.deferred.empty())
        out.push_back(unknown(
            "SAMPLE_DEFERRED",
            fmt::format("Put off by the server: {}. A scanner that is silent does that, and greylisting does.",
                        some_of(fates.deferred, 8)),
            "Exempt the address that tests from greylisting for the test; see 1-01 whether the scanner answers."));
    if (!fates.not_sent.empty())
        out.push_back(unknown("SAMPLE_NOT_SENT", fmt::format("Could not be sent: {}.", some_of(fates.not_sent, 8)),
                              "The sample recipient must exist and be taken; see --record for the dialogue."));
    const bool stopped = fates.refused + fates.kept_back > 0;
    if (stopped && !fates.clean_passed)
        out.push_back(unknown("SAMPLE_CLEAN_REFUSED",
                              "The clean sample was not taken either, so the refusals say nothing about samples.",
                              "The sample recipient must take ordinary mail."));
    if (out.empty() && stopped)
        out.push_back(pass("SAMPLE_STOPPED",
                           fmt::format("Of {} samples {} were refused and {} kept back; the clean one was taken.",
                                       fates.refused + fates.kept_back, fates.refused, fates.kept_back)));
    if (out.empty())
        out.push_back(elsewhere("SAMPLE_NOT_SEEN", "No sample was sent.", missing_option(evidence, out_way)));
    return out;
}

constexpr std::array<std::string_view, 1> plain{"eicar-plain"}, spam{"gtube"};
constexpr std::array<std::string_view, 5> wrapped{"eicar-zip", "eicar-nested", "eicar-targz", "eicar-message",
                                                  "eicar-base64"};
constexpr std::string_view scan_in = "Have the mail server ask the scanner about everything that comes in (rspamd's "
                                     "antivirus module, clamav-milter, amavis), and refuse finds.";
constexpr std::string_view scan_out = "Have submission go through the same filter as port 25: no empty smtpd_milters "
                                      "for submission in master.cf, no exemption for logins.";

/// At a far end: an answer to one of our messages, not the message itself.
bool is_answer(const Arrival& arrival) {
    return arrival.where != "sample" && !arrival.only_asked && !is_itself(arrival);
}
bool is_bounce(const Arrival& arrival) {
    const std::string_view octets(arrival.octets);
    return arrival.mail_from == "<>" || arrival.mail_from.empty() ||
           speaks_of(octets.substr(0, 4'096), "multipart/report") ||
           speaks_of(octets.substr(0, 4'096), "from: mailer-daemon");
}
bool is_challenge(const Arrival& arrival) {
    for (const std::string_view word : {"confirm", "challenge", "prove that you", "verify your", "verify that you"})
        if (speaks_of(arrival.octets, word)) return true;
    return false;
}

/// Messages to inside that were taken: only they can be answered.
std::size_t taken_inside(const Evidence& evidence) {
    std::size_t count = 0;
    for (const Conversation& talk : evidence.active.conversations)
        for (const char* label : {"end", "unknown.message", "message"})
            if (const Turn* turn = talk.turn(label);
                turn != nullptr && turn->code / 100 == 2 && !talk.purpose.starts_with("relay"))
                ++count;
    return count;
}

std::string need_far_end(const Evidence& evidence) {
    if (!evidence.active.asked || !evidence.active.refused.empty()) return how_to_try(evidence);
    return evidence.active.far_end
               ? how_to_try(evidence)
               : "give a far end that sees what comes back (--far-end with --far-mailbox, or --vantage)";
}

}  // namespace

Judging judge_virus_in(const Evidence& evidence) {
    return settled(judge_fates(evidence, fates_of(evidence, "sample-in/", plain), false, std::string(scan_in)));
}
Judging judge_virus_out(const Evidence& evidence) {
    return settled(judge_fates(evidence, fates_of(evidence, "sample-out/", plain), true, std::string(scan_out)));
}
Judging judge_virus_wrapped(const Evidence& evidence) {
    Fates fates = fates_of(evidence, "sample-in/", wrapped);
    merge(fates, fates_of(evidence, "sample-out/", wrapped));
    return settled(judge_fates(evidence, fates, false,
                               "Let the scanner look into archives and attached messages: ClamAV ScanArchive yes, "
                               "ScanMail yes, MaxRecursion 17; "
                               "rspamd antivirus with scan_mime_parts = true."));
}
Judging judge_spam_in(const Evidence& evidence) {
    return settled(judge_fates(evidence, fates_of(evidence, "sample-in/", spam), false,
                               "Have every message from outside go through the spam filter, and refuse what is certain "
                               "(rspamd: action reject)."));
}
Judging judge_spam_out(const Evidence& evidence) {
    return settled(judge_fates(evidence, fates_of(evidence, "sample-out/", spam), true, std::string(scan_out)));
}

Judging judge_paths_tried(const Evidence& evidence) {
    Fates fates = fates_of(evidence, "sample-in/", spam);
    merge(fates, fates_of(evidence, "sample-out/", spam));
    Findings out;
    if (!fates.arrived.empty())
        out.push_back(
            failing("PATH_UNSCANNED",
                    fmt::format("GTUBE, which every filter refuses, arrived whole: {}.", some_of(fates.arrived)),
                    std::string(scan_out)));
    else if (fates.refused + fates.kept_back > 0 && fates.clean_passed)
        out.push_back(
            pass("PATHS_TRIED", fmt::format("GTUBE was stopped on {} ways.", fates.refused + fates.kept_back)));
    return settled(std::move(out));
}

Judging judge_unknown_tried(const Evidence& evidence) {
    Findings out;
    for (const Conversation* talk : talks(evidence, "unknown-recipient")) {
        const Turn* turn = talk->turn("unknown");
        if (turn == nullptr || turn->unsaid) continue;
        const Heard word = heard(turn), control = heard(talk->turn("postmaster"));
        if (word == Heard::accepted)
            out.push_back(failing(
                "UNKNOWN_TAKEN",
                fmt::format("{} takes mail for somebody who does not exist: {}.", place_of(*talk), quoted(*turn)),
                "Give the server the list of recipients: local_recipient_maps, relay_recipient_maps, or "
                "reject_unverified_recipient towards the next server."));
        else if (word == Heard::refused && control == Heard::accepted)
            out.push_back(pass("UNKNOWN_REFUSED",
                               fmt::format("{} refuses somebody who does not exist, and takes postmaster's mail: {}.",
                                           place_of(*talk), quoted(*turn))));
        else
            out.push_back(
                unknown("UNKNOWN_UNSURE",
                        fmt::format("{} may have banned or greylisted us: {}.", place_of(*talk), quoted(*turn)),
                        "Run it again in a quarter of an hour, or exempt the address that tests for the test."));
    }
    return settled(std::move(out));
}

Judging judge_bounces_tried(const Evidence& evidence) {
    Findings out;
    if (!evidence.active.far_end) return settled(std::move(out));
    for (const Arrival& arrival : evidence.active.arrivals)
        if (is_answer(arrival) && is_bounce(arrival)) {
            out.push_back(failing(
                "BOUNCED",
                fmt::format(
                    "A message was taken and bounced afterwards, to the sender that it named: delivered by {} ({}).",
                    arrival.peer.to_string(), arrival.helo),
                "Refuse within SMTP what cannot be delivered: unknown recipients (3-10), full mailboxes, what the "
                "filter refuses."));
            return settled(std::move(out));
        }
    if (const std::size_t taken = taken_inside(evidence); taken > 0)
        out.push_back(
            pass("NOT_BOUNCED",
                 fmt::format("{} messages were taken, and none came back as a bounce while the far end was watched.",
                             taken)));
    return settled(std::move(out));
}

Judging judge_autoresponders(const Evidence& evidence) {
    for (const Arrival& arrival : evidence.active.arrivals)
        if (is_answer(arrival) && !is_bounce(arrival) && !is_challenge(arrival))
            return settled({failing(
                "AUTOREPLY",
                fmt::format(
                    "A message that says Auto-Submitted and Precedence: bulk was answered by a program, from {}.",
                    arrival.mail_from),
                "Have autoresponders keep quiet for Auto-Submitted, Precedence and List-Id (RFC 3834 2): vacation "
                "programs do, home-made ones often not.")});
    if (evidence.active.far_end && taken_inside(evidence) > 0)
        return settled({pass("NO_AUTOREPLY", "Nothing answered a message that a program had sent.")});
    return settled(
        {elsewhere("AUTOREPLY_NOT_SEEN", "No message was sent whose answers would be seen.", need_far_end(evidence))});
}

Judging judge_challenges(const Evidence& evidence) {
    for (const Arrival& arrival : evidence.active.arrivals)
        if (is_answer(arrival) && !is_bounce(arrival) && is_challenge(arrival))
            return settled({failing(
                "CHALLENGE",
                fmt::format("The sender of a message was asked to prove himself, from {}: forged senders get these.",
                            arrival.mail_from),
                "Switch challenge-response off: it writes to strangers for every forged message, and lists take "
                "note.")});
    if (evidence.active.far_end && taken_inside(evidence) > 0)
        return settled({pass("NO_CHALLENGE", "No sender was asked to prove himself.")});
    return settled(
        {elsewhere("CHALLENGE_NOT_SEEN", "No message was sent whose answers would be seen.", need_far_end(evidence))});
}

Judging judge_call_outs_tried(const Evidence& evidence) {
    Findings out;
    for (const Arrival& arrival : evidence.active.arrivals)
        if (arrival.only_asked) {
            out.push_back(failing(
                "CALLED_OUT",
                fmt::format("While it had our mail, {} ({}) asked at the far end whether the sender exists.",
                            arrival.peer.to_string(), arrival.helo),
                "Take sender verification by call-out out: reject_unverified_sender, verify = sender/callout."));
            return settled(std::move(out));
        }
    if (evidence.active.shows_askers && taken_inside(evidence) > 0)
        out.push_back(pass("NOT_CALLED_OUT", "Nobody asked the far end whether the sender exists."));
    return settled(std::move(out));
}

}  // namespace postern::audit
