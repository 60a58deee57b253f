// SPDX-License-Identifier: Apache-2.0
// What was tried of manners and framing, judged: AUTH in clear, VRFY, smuggling in both directions, commands behind STARTTLS
// (measure 6).
#include "audit/active/relay_outcome.hpp"
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/checks/tried.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

/// What became of one false end.
enum class Framing : std::uint8_t { text, refused, end, smuggled, not_tried, unanswered };

Framing framing_of(const Active& active, const Conversation& talk) {
    const Turn* message = talk.turn("message");
    if (message == nullptr || message->unsaid) return Framing::not_tried;
    if (arrival_of(active, talk.token + "s") != nullptr) return Framing::smuggled;
    int good = 0, more = 0;
    bool farewell = false;
    for (const Turn& turn : talk.turns) {
        if (turn.label != "more" || turn.code == 0 || turn.code == 421 || turn.unsaid) continue;
        if (turn.code == 221) {
            farewell = true;
            continue;
        }
        ++more;
        if (turn.accepted()) ++good;
    }
    // MAIL, RCPT and DATA of the second message were obeyed, or at least seen: also behind a first that was refused.
    if (good >= 2) return Framing::smuggled;
    if (more > 0) return Framing::end;
    // Whoever refuses for good may hang up. Else only the answer to QUIT shows that no further one was to come; and a silence shows
    // nothing: the server may have taken the false end and died of it, or be waiting for another.
    if (message->code / 100 == 5) return Framing::refused;
    if (message->code == 0 || message->code == 421 || !farewell) return Framing::unanswered;
    return message->accepted() ? Framing::text : Framing::refused;
}

std::string name_of(const Conversation& talk) { return talk.purpose.substr(talk.purpose.find('/') + 1); }

/// Why a conversation does not show what became of its message.
std::string silence_of(const Conversation& talk) {
    const Turn* message = talk.turn("message");
    if (message != nullptr && message->code != 0 && message->code != 421)
        return fmt::format("the end of the data was answered {}, and QUIT behind it {}", message->code,
                           talk.fault.empty() ? "was not" : "was not: " + talk.fault);
    return "the end of the data was not answered" + (talk.fault.empty() ? std::string() : ": " + talk.fault);
}

/// A mailbox's files have line ends of the system; only octets as they came over the wire tell.
bool is_exact(std::string_view octets) {
    const auto first = octets.find('\n');
    return first != octets.npos && first > 0 && octets[first - 1] == '\r';
}

bool has_bare_line_end(std::string_view octets) {
    for (std::size_t at = 0; at < octets.size(); ++at) {
        if (octets[at] == '\n' && (at == 0 || octets[at - 1] != '\r')) return true;
        if (octets[at] == '\r' && (at + 1 == octets.size() || octets[at + 1] != '\n')) return true;
    }
    return false;
}

}  // namespace

Judging judge_auth_tried(const Evidence& evidence) {
    Findings out;
    for (const Conversation* talk : talks(evidence, "auth-clear")) {
        const Turn* turn = talk->turn("auth");
        if (turn == nullptr || turn->code == 0) continue;
        if (turn->code == 334 || turn->code == 235)
            out.push_back(failing(
                "AUTH_TAKEN_IN_CLEAR",
                fmt::format("{} asks for a password without TLS: {}.", place_of(*talk), quoted(*turn)),
                "Postfix: smtpd_tls_auth_only = yes; Exim: auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}."));
        else
            out.push_back(pass("AUTH_REFUSED_IN_CLEAR",
                               fmt::format("{} takes no password without TLS: {}.", place_of(*talk), quoted(*turn))));
    }
    return settled(std::move(out));
}

Judging judge_auth_25_tried(const Evidence& evidence) {
    Findings out;
    for (const Conversation* talk : talks(evidence, "auth-25")) {
        const Turn* turn = talk->turn("auth");
        if (turn == nullptr || turn->code == 0) continue;
        if (turn->code == 334 || turn->code == 235)
            out.push_back(
                warning("AUTH_TAKEN_ON_25",
                        fmt::format("{} asks for a password: {}. There, passwords are guessed all day.",
                                    place_of(*talk), quoted(*turn)),
                        "Offer AUTH on 465 and 587 only: smtpd_sasl_auth_enable = no in main.cf, yes for submission in "
                        "master.cf."));
        else
            out.push_back(
                pass("AUTH_REFUSED_ON_25", fmt::format("{} takes no password: {}.", place_of(*talk), quoted(*turn))));
    }
    return settled(std::move(out));
}

Judging judge_vrfy_tried(const Evidence& evidence) {
    Findings out;
    for (const Conversation* talk : talks(evidence, "vrfy")) {
        const Turn *known = talk->turn("vrfy"), *unknown_name = talk->turn("vrfy-unknown"), *expn = talk->turn("expn");
        if (known == nullptr || known->code == 0) continue;
        const bool yes = known->code == 250 || known->code == 251;
        const bool differs =
            unknown_name != nullptr && unknown_name->code != 0 && unknown_name->code / 100 != known->code / 100;
        if (yes && differs)
            out.push_back(warning(
                "VRFY_TELLS", fmt::format("{}: {}, and {}.", place_of(*talk), quoted(*known), quoted(*unknown_name)),
                "Postfix: disable_vrfy_command = yes; Exim: no acl_smtp_vrfy; answer 252 to everybody."));
        if (expn != nullptr && expn->code == 250)
            out.push_back(warning("EXPN_TELLS", fmt::format("{}: {}.", place_of(*talk), quoted(*expn)),
                                  "Switch EXPN off; Exim: no acl_smtp_expn."));
        if (!yes && (expn == nullptr || expn->code != 250))
            out.push_back(
                pass("VRFY_SILENT", fmt::format("{} tells nobody who exists: {}.", place_of(*talk), quoted(*known))));
    }
    return settled(std::move(out));
}

Judging judge_smuggling_tried(const Evidence& evidence) {
    Findings out;
    std::vector<std::string> smuggled, ends, not_tried, unanswered;
    std::size_t text = 0, refused = 0;
    std::string why;
    for (const Conversation* talk : talks(evidence, "smuggling-in/")) switch (framing_of(evidence.active, *talk)) {
        case Framing::smuggled: smuggled.push_back(name_of(*talk)); break;
        case Framing::end: ends.push_back(name_of(*talk)); break;
        case Framing::text: ++text; break;
        case Framing::refused: ++refused; break;
        case Framing::not_tried: not_tried.push_back(name_of(*talk)); break;
        case Framing::unanswered:
            unanswered.push_back(name_of(*talk));
            if (why.empty()) why = silence_of(*talk);
            break;
        }
    constexpr std::string_view fix =
        "Postfix: smtpd_forbid_bare_newline = normalize; Exim: 4.97.1 or later; others: update, and end "
        "messages by CR LF . CR LF alone.";
    if (!smuggled.empty())
        out.push_back(failing("SMUGGLED",
                              fmt::format("A second message hidden in the first was taken as one by itself behind {}.",
                                          some_of(smuggled, 8)),
                              std::string(fix)));
    if (!ends.empty())
        out.push_back(failing(
            "SMUGGLING_END",
            fmt::format("{} ended a message; the commands behind it were seen, though refused.", some_of(ends, 8)),
            std::string(fix)));
    if (!unanswered.empty())
        out.push_back(unknown("SMUGGLING_UNANSWERED",
                              fmt::format("What became of {} is not known: {}.", some_of(unanswered, 8), why),
                              "Look into the server's log: a filter that is asked at the end of the data and is silent "
                              "does that. Mend it, "
                              "and run it again."));
    if (!not_tried.empty() && text + refused + smuggled.size() + ends.size() > 0)
        out.push_back(unknown("SMUGGLING_NOT_TRIED", fmt::format("{} false ends could not be tried: {}.",
                                                                 not_tried.size(), left_out(evidence))));
    else if (!not_tried.empty())
        out.push_back(unknown("SMUGGLING_NOT_TRIED",
                              "The server did not take the message that false ends were to be tried with.",
                              "Look at --record: the sample recipient must exist and be taken from outside."));
    if (out.empty() && text + refused > 0)
        out.push_back(
            pass("SMUGGLING_HELD", fmt::format("Of {} false ends none ended a message: {} were text, {} were refused.",
                                               text + refused, text, refused)));
    return settled(std::move(out));
}

Judging judge_smuggling_out(const Evidence& evidence) {
    Findings out;
    std::vector<std::string> bare, unseen, unanswered;
    std::string why;
    std::size_t held = 0;
    for (const Conversation* talk : talks(evidence, "smuggling-out/")) {
        const Turn* message = talk->turn("message");
        if (message == nullptr || message->unsaid) continue;
        if (message->code / 100 == 5) {
            ++held;
            continue;
        }
        if (!message->accepted()) {
            unanswered.push_back(name_of(*talk));
            if (why.empty()) why = message->code == 0 ? silence_of(*talk) : quoted(*message);
            continue;
        }
        const Arrival* arrival = arrival_of(evidence.active, talk->token);
        if (arrival == nullptr || !is_exact(arrival->octets)) unseen.push_back(name_of(*talk));
        else if (has_bare_line_end(arrival->octets)) bare.push_back(name_of(*talk));
        else ++held;
    }
    if (!bare.empty())
        out.push_back(failing(
            "SMUGGLES_OUT",
            fmt::format(
                "Bare line ends left the server as they came in, of {}: a receiver that takes them for the end of a "
                "message gets a forged one, signed by you.",
                some_of(bare, 8)),
            "Postfix: smtpd_forbid_bare_newline = normalize, cleanup_replace_stray_cr_lf = yes (the default since "
            "3.9); others: update."));
    if (!unanswered.empty())
        out.push_back(unknown("SMUGGLING_OUT_UNANSWERED",
                              fmt::format("The server neither took nor refused {}: {}.", some_of(unanswered, 8), why),
                              "Look into the server's log, and run it again."));
    if (!unseen.empty())
        out.push_back(unknown(
            "SMUGGLING_OUT_UNSEEN",
            fmt::format("The server took messages with bare line ends, and what left was not seen octet by octet: {}.",
                        some_of(unseen, 8)),
            "Give a far end that keeps octets (--vantage), or a sample mailbox that a probe fills."));
    if (out.empty() && held > 0)
        out.push_back(
            pass("SMUGGLING_OUT_HELD", fmt::format("{} kinds of bare line ends were refused or made whole.", held)));
    if (out.empty())
        out.push_back(elsewhere("SMUGGLING_OUT_NOT_SEEN", "No message with bare line ends was sent as a test user.",
                                evidence.active.logged_in
                                    ? how_to_try(evidence)
                                    : "give --intrusive with --test-user FILE and a far end or --sample-recipient"));
    return settled(std::move(out));
}

Judging judge_starttls_injection(const Evidence& evidence) {
    Findings out;
    for (const Conversation* talk : talks(evidence, "starttls-injection")) {
        const Turn *go = talk->turn("starttls"), *first = talk->turn("injected");
        if (first != nullptr && first->code != 0 && first->code != 221)
            out.push_back(
                failing("STARTTLS_INJECTION",
                        fmt::format("{} obeyed a command inside TLS that had come in clear before it: QUIT was "
                                    "answered {} {}, which is the answer to RSET.",
                                    place_of(*talk), first->code, first->text),
                        "Update the server: what is read ahead of the handshake must be thrown away (CVE-2011-0411)."));
        else if (first != nullptr && first->code == 221)
            out.push_back(pass("STARTTLS_CLEAN",
                               fmt::format("{} threw away what came in clear behind STARTTLS.", place_of(*talk))));
        else if (go != nullptr &&
                 (go->code / 100 == 5 || talk->fault_code == "net.tls" || talk->fault_code == "net.closed" ||
                  talk->fault_code == "smtp.client.behind_starttls"))
            out.push_back(pass("STARTTLS_CLEAN",
                               fmt::format("{} did not begin TLS with a command behind STARTTLS.", place_of(*talk))));
    }
    if (out.empty())
        out.push_back(elsewhere("STARTTLS_NOT_SEEN", "No server was tried with a command behind STARTTLS.",
                                how_to_try(evidence)));
    return settled(std::move(out));
}

}  // namespace postern::audit
