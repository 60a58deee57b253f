// SPDX-License-Identifier: Apache-2.0
// Rows of the judges' table: conversations of intrusive tests, what arrived, and the verdicts that may come of them.
#include "audit/active/relay_forms.hpp"
#include "audit/active/samples.hpp"
#include "audit/judge_rows.hpp"

namespace postern::audit::test {

using enum Status;

namespace {

struct Said {
    std::string_view label;
    int code;
    const char* text = "";
};

/// A conversation with 203.0.113.25; its token is its purpose.
Change talk(std::string purpose, std::vector<Said> turns, std::uint16_t port = 25) {
    return [=](Evidence& evidence) {
        evidence.active.asked = true;
        Conversation one{
            .purpose = purpose, .server = *IpAddress::parse("203.0.113.25"), .port = port, .token = purpose};
        for (const Said& turn : turns)
            one.turns.push_back({.label = std::string(turn.label),
                                 .said = std::string(turn.label),
                                 .code = turn.code,
                                 .text = turn.text});
        evidence.active.conversations.push_back(one);
    };
}

/// Turns of every form of a check, answered alike, with postmaster's mail taken or not.
Change battery(std::string_view check, int code, const char* text, int postmaster = 250, std::uint16_t port = 25) {
    return [=](Evidence& evidence) {
        std::vector<Said> turns;
        for (const RelayForm& form : relay_forms())
            if (form.check == check) turns.push_back({form.id, code, text});
        turns.push_back({"postmaster", postmaster});
        talk("relay", turns, port)(evidence);
    };
}

Change arrived(std::string token, std::string octets = {}, std::string where = "far",
               std::string sender = "<a@example.net>") {
    return [=](Evidence& evidence) {
        evidence.active.arrivals.push_back({.token = token, .where = where, .mail_from = sender, .octets = octets});
    };
}

/// One of our own messages, by its field.
Change came(std::string token, std::string octets = {}, std::string where = "far") {
    const std::string end = octets.contains("\r\n") ? "\r\n" : "\n";
    octets = "X-Postern-Token: " + token + end + octets;
    return arrived(std::move(token), std::move(octets), std::move(where));
}

Change far_end() {
    return [](Evidence& evidence) { evidence.active.far_end = true; };
}

Change all(std::vector<Change> changes) {
    return [=](Evidence& evidence) {
        for (const Change& change : changes) change(evidence);
    };
}

std::string sample(std::string_view name) {
    const ActiveWishes wishes{.domain = *DomainName::parse("example.com")};
    return sample_message(wishes, name, "t", "a@example.net", "s@example.com");
}

Change clean_passes(const char* way = "sample-in/clean") {
    return both(talk(way, {{"end", 250}}), came(way, "Subject: x", "sample"));
}

constexpr const char* denied = "5.7.1 Relay access denied";

std::vector<Row> relay_rows() {
    return {
        Row{"nothing_tried", "6-02", com, nothing(), skipped, {}},
        Row{"plain_neither", "6-01", com, nothing(), skipped, {"RELAY_NOT_SEEN"}},
        Row{"plain_closed", "6-01", com, battery("6-01", 554, denied), pass, {"RELAY_CLOSED"}},
        Row{"plain_banned", "6-01", com, battery("6-01", 554, denied, 554), unknown, {"RELAY_BANNED"}},
        Row{"plain_greylisted", "6-01", com, battery("6-01", 450, "try later", 450), unknown, {"RELAY_GREYLISTED"}},
        Row{"plain_unproved", "6-01", com, battery("6-01", 250, "ok"), unknown, {"RELAY_UNPROVED"}},
        Row{"plain_taken",
            "6-01",
            com,
            both(battery("6-01", 250, "ok"), talk("relay-delivery/R01", {{"R01", 250}, {"end", 250}})),
            unknown,
            {"RELAY_TAKEN"}},
        Row{"plain_open",
            "6-01",
            com,
            all({battery("6-01", 250, "ok"), talk("relay-delivery/R01", {{"R01", 250}, {"end", 250}}),
                 came("relay-delivery/R01")}),
            fail,
            {"RELAY_OPEN"}},
        Row{"bounced_to_its_sender",
            "6-01",
            com,
            all({battery("6-01", 250, "ok"), talk("relay-delivery/R01", {{"R01", 250}, {"end", 250}}),
                 arrived("relay-delivery/R01", "Subject: Undelivered\r\n\r\nX-Postern-Token: relay-delivery/R01", "far",
                         "<>")}),
            unknown,
            {"RELAY_TAKEN"}},
        Row{"plain_refused_at_the_end",
            "6-01",
            com,
            both(battery("6-01", 250, "ok"), talk("relay-delivery/R01", {{"R01", 250}, {"end", 554, denied}})),
            pass,
            {"RELAY_CLOSED"}},
        Row{"plain_otherwise",
            "6-01",
            com,
            battery("6-01", 550, "5.1.8 domain not found"),
            unknown,
            {"RELAY_OTHERWISE"}},
        Row{"senders_closed", "6-02", com, battery("6-02", 554, denied), pass, {"RELAY_CLOSED"}},
        Row{"senders_cut_off",
            "6-02",
            com,
            both(talk("relay", {{"R02", 554, denied}, {"postmaster", 250}}),
                 [](Evidence& e) { e.active.stopped = {"421"}; }),
            unknown,
            {"RELAY_NOT_TRIED"}},
        Row{"routes_at_home",
            "6-03",
            com,
            both(battery("6-03", 250, "ok"), talk("relay-control", {{"unknown", 250}})),
            unknown,
            {"RELAY_AT_HOME", "RELAY_UNPROVED"}},
        Row{"home_closed", "6-04", com, battery("6-04", 554, denied), pass, {"RELAY_CLOSED"}},
        Row{"letters_closed", "6-05", com, battery("6-05", 554, denied), pass, {"RELAY_CLOSED"}},
        Row{"submission_by_port_25s_control",
            "6-06",
            com,
            both(talk("relay", {{"R01", 554, "5.7.1 Access denied"}}, 587),
                 talk("relay-control", {{"postmaster", 250}})),
            pass,
            {"RELAY_CLOSED"}},
        Row{"submission_banned",
            "6-06",
            com,
            both(talk("relay", {{"R01", 554, "no"}}, 587), talk("relay-control", {{"postmaster", 550}})),
            unknown,
            {"RELAY_BANNED"}},
        Row{"doors_none", "6-06", com, battery("6-01", 554, denied), skipped, {"RELAY_NOT_SEEN"}},
    };
}

std::vector<Row> protocol_rows() {
    return {
        Row{"auth_in_clear_tried", "6-12", com, talk("auth-clear", {{"auth", 334}}), fail, {"AUTH_TAKEN_IN_CLEAR"}},
        Row{"auth_refused_in_clear", "6-12", com, talk("auth-clear", {{"auth", 530}}), pass, {"AUTH_REFUSED_IN_CLEAR"}},
        Row{"auth_25_tried", "6-13", com, talk("auth-25", {{"auth", 334}}), warning, {"AUTH_TAKEN_ON_25"}},
        Row{"auth_25_refused", "6-13", com, talk("auth-25", {{"auth", 503}}), pass, {"AUTH_REFUSED_ON_25"}},
        Row{"vrfy_and_expn_tell",
            "6-17",
            com,
            talk("vrfy", {{"vrfy", 250}, {"vrfy-unknown", 550}, {"expn", 250}}),
            warning,
            {"EXPN_TELLS", "VRFY_TELLS"}},
        Row{"vrfy_silent",
            "6-17",
            com,
            talk("vrfy", {{"vrfy", 252}, {"vrfy-unknown", 252}, {"expn", 502}}),
            pass,
            {"VRFY_SILENT"}},
        Row{"vrfy_nowhere", "6-17", com, nothing(), skipped, {"VRFY_NOT_SEEN"}},
        Row{"one_message",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"message", 250}, {"more", 221}}),
            pass,
            {"SMUGGLING_HELD"}},
        Row{"refused_message",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"message", 550}, {"more", 221}}),
            pass,
            {"SMUGGLING_HELD"}},
        Row{"hung_up", "6-18", com, talk("smuggling-in/LF.LF", {{"message", 0}}), unknown, {"SMUGGLING_UNANSWERED"}},
        Row{"hung_up_behind_the_message",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"message", 250}}),
            unknown,
            {"SMUGGLING_UNANSWERED"}},
        Row{"ended_by_421",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"message", 421}}),
            unknown,
            {"SMUGGLING_UNANSWERED"}},
        Row{"put_off_and_silent",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"message", 451}}),
            unknown,
            {"SMUGGLING_UNANSWERED"}},
        Row{"put_off_as_one_message",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"message", 451}, {"more", 221}}),
            pass,
            {"SMUGGLING_HELD"}},
        Row{"refused_for_good_and_hung_up",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"message", 521}}),
            pass,
            {"SMUGGLING_HELD"}},
        Row{"refused_and_read_on_as_commands",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"message", 550}, {"more", 503}, {"more", 221}}),
            fail,
            {"SMUGGLING_END"}},
        Row{"one_held_and_one_unanswered",
            "6-18",
            com,
            both(talk("smuggling-in/LF.LF", {{"message", 250}, {"more", 221}}),
                 talk("smuggling-in/CR.CR", {{"message", 0}})),
            unknown,
            {"SMUGGLING_UNANSWERED"}},
        Row{"two_messages",
            "6-18",
            com,
            talk("smuggling-in/LF.LF",
                 {{"message", 250}, {"more", 250}, {"more", 250}, {"more", 354}, {"more", 250}, {"more", 221}}),
            fail,
            {"SMUGGLED"}},
        Row{"second_arrived",
            "6-18",
            com,
            both(talk("smuggling-in/LF.LF", {{"message", 250}}), came("smuggling-in/LF.LFs")),
            fail,
            {"SMUGGLED"}},
        Row{"end_seen_commands_refused",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"message", 250}, {"more", 554}}),
            fail,
            {"SMUGGLING_END"}},
        Row{"recipient_refused",
            "6-18",
            com,
            talk("smuggling-in/LF.LF", {{"rcpt", 550}}),
            unknown,
            {"SMUGGLING_NOT_TRIED"}},
        Row{"smuggling_nowhere", "6-18", com, nothing(), skipped, {"SMUGGLING_NOT_SEEN"}},
        Row{"bare_line_left",
            "6-19",
            com,
            both(talk("smuggling-out/LF.LF", {{"message", 250}}),
                 came("smuggling-out/LF.LF", "A: b\r\n\r\nx\n.\ny\r\n")),
            fail,
            {"SMUGGLES_OUT"}},
        Row{"line_made_whole",
            "6-19",
            com,
            both(talk("smuggling-out/LF.LF", {{"message", 250}}),
                 came("smuggling-out/LF.LF", "A: b\r\n\r\nx\r\ny\r\n")),
            pass,
            {"SMUGGLING_OUT_HELD"}},
        Row{"mailbox_of_bare_lines",
            "6-19",
            com,
            both(talk("smuggling-out/LF.LF", {{"message", 250}}), came("smuggling-out/LF.LF", "A: b\n\nx\n")),
            unknown,
            {"SMUGGLING_OUT_UNSEEN"}},
        Row{"out_refused", "6-19", com, talk("smuggling-out/LF.LF", {{"message", 550}}), pass, {"SMUGGLING_OUT_HELD"}},
        Row{"out_hung_up",
            "6-19",
            com,
            talk("smuggling-out/LF.LF", {{"message", 0}}),
            unknown,
            {"SMUGGLING_OUT_UNANSWERED"}},
        Row{"out_put_off",
            "6-19",
            com,
            talk("smuggling-out/LF.LF", {{"message", 451}}),
            unknown,
            {"SMUGGLING_OUT_UNANSWERED"}},
        Row{"out_without_user", "6-19", com, talk("vrfy", {{"vrfy", 252}}), skipped, {"SMUGGLING_OUT_NOT_SEEN"}},
        Row{"injected",
            "6-20",
            com,
            talk("starttls-injection", {{"starttls", 220}, {"injected", 250}}),
            fail,
            {"STARTTLS_INJECTION"}},
        Row{"not_injected",
            "6-20",
            com,
            talk("starttls-injection", {{"starttls", 220}, {"injected", 221}}),
            pass,
            {"STARTTLS_CLEAN"}},
        Row{"starttls_refused", "6-20", com, talk("starttls-injection", {{"starttls", 554}}), pass, {"STARTTLS_CLEAN"}},
        Row{"starttls_untried", "6-20", com, talk("vrfy", {{"vrfy", 252}}), skipped, {"STARTTLS_NOT_SEEN"}},
    };
}

std::vector<Row> sample_rows() {
    return {
        Row{"virus_refused",
            "1-04",
            com,
            both(talk("sample-in/eicar-plain", {{"end", 550}}), clean_passes()),
            pass,
            {"SAMPLE_STOPPED"}},
        Row{"virus_arrived",
            "1-04",
            com,
            all({talk("sample-in/eicar-plain", {{"end", 250}}),
                 came("sample-in/eicar-plain", sample("eicar-plain"), "sample"), clean_passes()}),
            fail,
            {"SAMPLE_ARRIVED"}},
        Row{"virus_kept_back",
            "1-04",
            com,
            both(talk("sample-in/eicar-plain", {{"end", 250}}), clean_passes()),
            pass,
            {"SAMPLE_STOPPED"}},
        Row{"virus_unseen",
            "1-04",
            com,
            both(talk("sample-in/eicar-plain", {{"end", 250}}), talk("sample-in/clean", {{"end", 250}})),
            unknown,
            {"SAMPLE_UNSEEN"}},
        Row{"virus_put_off",
            "1-04",
            com,
            both(talk("sample-in/eicar-plain", {{"end", 451, "scanner"}}), clean_passes()),
            unknown,
            {"SAMPLE_DEFERRED"}},
        Row{"virus_not_sent",
            "1-04",
            com,
            talk("sample-in/eicar-plain", {{"end.rcpt", 550}}),
            unknown,
            {"SAMPLE_NOT_SENT"}},
        Row{"everything_refused",
            "1-04",
            com,
            both(talk("sample-in/eicar-plain", {{"end", 550}}), talk("sample-in/clean", {{"end", 550}})),
            unknown,
            {"SAMPLE_CLEAN_REFUSED"}},
        Row{"virus_taken_out_of_the_message",
            "1-04",
            com,
            all({talk("sample-in/eicar-plain", {{"end", 250}}),
                 came("sample-in/eicar-plain", "Subject: x\r\n\r\nremoved", "sample"), clean_passes()}),
            pass,
            {"SAMPLE_STOPPED"}},
        Row{"users_virus_refused",
            "1-05",
            com,
            both(talk("sample-out/eicar-plain", {{"end", 550}}), clean_passes("sample-out/clean")),
            pass,
            {"SAMPLE_STOPPED"}},
        Row{"users_virus_without_user", "1-05", com, talk("vrfy", {{"vrfy", 252}}), skipped, {"SAMPLE_NOT_SEEN"}},
        Row{"zip_arrived",
            "1-06",
            com,
            all({talk("sample-in/eicar-zip", {{"end", 250}}),
                 came("sample-in/eicar-zip", sample("eicar-zip"), "sample"), clean_passes()}),
            fail,
            {"SAMPLE_ARRIVED"}},
        Row{"spam_tagged",
            "3-01",
            com,
            all({talk("sample-in/gtube", {{"end", 250}}),
                 came("sample-in/gtube", "X-Spam: Yes\r\n" + sample("gtube"), "sample"), clean_passes()}),
            warning,
            {"SAMPLE_TAGGED"}},
        Row{"users_spam_arrived",
            "3-02",
            com,
            all({talk("sample-out/gtube", {{"end", 250}}), came("sample-out/gtube", sample("gtube"), "sample"),
                 clean_passes("sample-out/clean")}),
            fail,
            {"SAMPLE_ARRIVED"}},
        Row{"path_unscanned",
            "3-05",
            com,
            all({talk("sample-out/gtube", {{"end", 250}}), came("sample-out/gtube", sample("gtube"), "sample"),
                 clean_passes("sample-out/clean")}),
            fail,
            {"PATH_UNSCANNED"}},
        Row{"paths_tried",
            "3-05",
            com,
            both(talk("sample-in/gtube", {{"end", 550}}), clean_passes()),
            pass,
            {"PATHS_TRIED"}},
        Row{"unknown_taken",
            "3-10",
            com,
            talk("unknown-recipient", {{"unknown", 250}, {"postmaster", 250}}),
            fail,
            {"UNKNOWN_TAKEN"}},
        Row{"unknown_refused_now",
            "3-10",
            com,
            talk("unknown-recipient", {{"unknown", 550}, {"postmaster", 250}}),
            pass,
            {"UNKNOWN_REFUSED"}},
        Row{"unknown_unsure",
            "3-10",
            com,
            talk("unknown-recipient", {{"unknown", 550}, {"postmaster", 550}}),
            unknown,
            {"UNKNOWN_UNSURE"}},
        Row{"bounced_back",
            "3-11",
            com,
            all({far_end(), talk("unknown-recipient", {{"unknown.message", 250}}),
                 arrived("unknown-recipient", "Subject: Undelivered\r\n\r\nX", "far", "<>")}),
            fail,
            {"BOUNCED"}},
        Row{"nothing_bounced",
            "3-11",
            com,
            both(far_end(), talk("unknown-recipient", {{"unknown.message", 250}})),
            pass,
            {"NOT_BOUNCED"}},
        Row{"a_relayed_message_is_no_bounce",
            "3-11",
            com,
            all({far_end(), talk("sample-in/clean", {{"end", 250}}),
                 arrived("relay-delivery/R02", "Subject: x\r\nX-Postern-Token: relay-delivery/R02\r\n\r\n", "far", "<>")}),
            pass,
            {"NOT_BOUNCED"}},
        Row{"a_program_answered",
            "3-12",
            com,
            all({far_end(), talk("sample-in/clean", {{"end", 250}}),
                 arrived("sample-in/clean", "Subject: away\r\n\r\nback on Monday")}),
            fail,
            {"AUTOREPLY"}},
        Row{"no_program_answered",
            "3-12",
            com,
            both(far_end(), talk("sample-in/clean", {{"end", 250}})),
            pass,
            {"NO_AUTOREPLY"}},
        Row{"answers_unseen", "3-12", com, talk("sample-in/clean", {{"end", 250}}), skipped, {"AUTOREPLY_NOT_SEEN"}},
        Row{"called_out",
            "3-13",
            com,
            both(talk("sample-in/clean", {{"end", 250}}),
                 [](Evidence& e) { e.active.arrivals.push_back({.where = "far", .only_asked = true}); }),
            fail,
            {"CALLED_OUT"}},
        Row{"not_called_out",
            "3-13",
            com,
            both(talk("sample-in/clean", {{"end", 250}}), [](Evidence& e) { e.active.shows_askers = true; }),
            pass,
            {"NOT_CALLED_OUT"}},
        Row{"challenged",
            "3-14",
            com,
            all({far_end(), talk("sample-in/clean", {{"end", 250}}),
                 arrived("sample-in/clean", "Subject: Re\r\n\r\nPlease confirm that you wrote this")}),
            fail,
            {"CHALLENGE"}},
        Row{"not_challenged",
            "3-14",
            com,
            both(far_end(), talk("sample-in/clean", {{"end", 250}})),
            pass,
            {"NO_CHALLENGE"}},
    };
}

}  // namespace

std::vector<Row> active_rows() {
    std::vector<Row> out = relay_rows();
    for (const auto& rows : {protocol_rows(), sample_rows()}) out.insert(out.end(), rows.begin(), rows.end());
    return out;
}

}  // namespace postern::audit::test
