// SPDX-License-Identifier: Apache-2.0
// The battery against servers that are open, closed, or make an auditor err: what it says, and what it must not say.
#include "audit/active/relay_run.hpp"

#include "audit/active/fake_server.hpp"
#include "audit/active/hearing.hpp"
#include "audit/active/relay_outcome.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace postern::audit {
namespace {

using test::Memory;
using test::play_all;
using test::Reply;
using What = RelayOutcome::What;

const IpAddress server_ip = *IpAddress::parse("203.0.113.25");

/// A server in order: postmaster of its own domain, and nobody else.
Reply closed(const std::string& line, Memory&) {
    if (line.starts_with("RCPT TO:<postmaster@example.com>")) return {250, "ok"};
    if (line.starts_with("RCPT")) return {554, "5.7.1 Relay access denied"};
    return {line == "DATA" ? 354 : 250, "ok"};
}

RelayRun battery(bool deliver, std::size_t forms = 60, std::uint16_t port = 25) {
    std::vector<std::string> ids;
    for (const RelayForm& form : relay_forms().first(forms)) ids.emplace_back(form.id);
    auto count = std::make_shared<int>(0);
    return {RelayRun::Target{server_ip, port},
            std::move(ids),
            {.names = {"probe", "far.example", "postern-t", "example.com", "mail.example.com", "[203.0.113.25]"},
             .positive = "<postmaster@example.com>",
             .deliver = deliver,
             .new_token = [count] { return "t" + std::to_string(++*count); },
             .message = [](std::string_view, std::string_view token) { return std::string(token); }}};
}

std::map<What, int> counted(const Active& active) {
    std::map<What, int> out;
    for (const RelayOutcome& one : relay_outcomes(active)) ++out[one.what];
    return out;
}

TEST(RelayForms, are_at_least_forty_five_each_with_its_own_name) {
    EXPECT_GE(relay_forms().size(), 45U);
    std::set<std::string_view> ids;
    std::set<std::string> shapes;
    for (const RelayForm& form : relay_forms()) {
        ids.insert(form.id);
        shapes.insert(std::string(form.sender) + " " + std::string(form.recipient));
    }
    EXPECT_EQ(ids.size(), relay_forms().size());
    EXPECT_EQ(shapes.size(), relay_forms().size());
}

TEST(RelayForms, hold_no_line_break_and_nothing_that_a_shell_would_run) {
    const RelayNames names{"probe", "far.example", "s", "example.com", "mail.example.com", "[203.0.113.25]"};
    for (const RelayForm& form : relay_forms())
        for (const std::string_view text : {form.sender, form.recipient}) {
            const std::string whole = filled(text, names);
            EXPECT_EQ(whole.find_first_of("\r\n|`/$"), std::string::npos) << form.id << " " << whole;
        }
}

TEST(RelayForms, give_every_form_an_address_of_its_own_where_the_far_end_takes_tags) {
    RelayNames names{"postern-abc",      "probe.example.net", "s", "example.com",
                     "mail.example.com", "[203.0.113.25]",    true};
    const RelayForm& form = *find_relay_form("R13");
    EXPECT_EQ(filled(form.recipient, names_for(form, names)), "<postern-abc-r13%probe.example.net@example.com>");
}

TEST(RelayRun, calls_a_server_closed_that_refuses_all_and_still_takes_postmasters_mail) {
    RelayRun run = battery(true);
    const Active active = play_all(run, closed);
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::refused, 60}}));
    EXPECT_EQ(run.stopped(), "");
    EXPECT_EQ(active.conversations.size(), RelayRun::connections(60));
}

TEST(RelayRun, says_unproved_without_a_far_end_and_sends_nothing) {
    RelayRun run = battery(false, 1);
    const Active active =
        play_all(run, [](const std::string& line, Memory&) { return Reply{line == "DATA" ? 354 : 250, ""}; });
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::accepted, 1}}));
    for (const Conversation& talk : active.conversations)
        for (const Turn& turn : talk.turns) EXPECT_NE(turn.said, "DATA");
}

TEST(RelayRun, calls_open_only_what_arrived) {
    RelayRun run = battery(true, 1);
    Active active =
        play_all(run, [](const std::string& line, Memory&) { return Reply{line == "DATA" ? 354 : 250, ""}; });
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::taken, 1}}));
    active.arrivals.push_back({.token = "t1", .where = "far", .octets = "X-Postern-Token: t1\r\n"});
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::delivered, 1}}));
}

TEST(RelayRun, takes_no_bounce_for_a_delivery) {
    RelayRun run = battery(true, 1);
    Active active =
        play_all(run, [](const std::string& line, Memory&) { return Reply{line == "DATA" ? 354 : 250, ""}; });
    active.arrivals.push_back({.token = "t1",
                               .where = "far",
                               .octets = "Subject: Undelivered\r\nIn-Reply-To: <t1@x>\r\n\r\nX-Postern-Token: t1\r\n"});
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::taken, 1}}));
}

TEST(RelayRun, tells_forms_of_one_message_apart_by_their_tags_and_else_says_among) {
    RelayRun run = battery(true, 6);
    Active active =
        play_all(run, [](const std::string& line, Memory&) { return Reply{line == "DATA" ? 354 : 250, ""}; });
    active.arrivals.push_back({.token = "t4",
                               .where = "far",
                               .recipient = "<postern-x-r05@far.example>",
                               .octets = "Message-Id: <t4@x>\r\n"});
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::taken, 3}, {What::among, 3}}));
    active.tagged = true;
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::taken, 5}, {What::delivered, 1}}));
}

TEST(RelayRun, takes_no_greylisting_for_a_closed_door) {
    RelayRun run = battery(true);
    const Active active = play_all(run, [](const std::string& line, Memory&) {
        return line.starts_with("RCPT") ? Reply{450, "4.2.0 Greylisted"} : Reply{250, ""};
    });
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::deferred, 3}}));
    EXPECT_TRUE(run.banned());
    EXPECT_EQ(active.conversations.size(), 2U);  // the batch, and postmaster alone: then it stops
}

TEST(RelayRun, takes_no_greylisting_that_spares_postmaster_for_a_closed_door) {
    RelayRun run = battery(true, 3);
    const Active active = play_all(run, [](const std::string& line, Memory& memory) {
        const Reply reply = closed(line, memory);
        return reply.code == 554 ? Reply{451, "4.7.1 Please try again later"} : reply;
    });
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::deferred, 3}}));
}

TEST(RelayRun, takes_a_454_that_speaks_of_relaying_for_a_refusal) {
    RelayRun run = battery(true, 3);
    const Active active = play_all(run, [](const std::string& line, Memory& memory) {
        const Reply reply = closed(line, memory);
        return reply.code == 554 ? Reply{454, "4.7.1 <x@y>: Relay access denied"} : reply;
    });
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::refused, 3}}));
}

TEST(RelayRun, knows_a_ban_after_five_errors_and_keeps_what_was_proved_before) {
    RelayRun run = battery(true);
    const Active active = play_all(run, [](const std::string& line, Memory& memory) {
        return memory.errors >= 5 ? Reply{line == "(connect)" ? 554 : 550, "banned"} : closed(line, memory);
    });
    const auto counts = counted(active);
    EXPECT_EQ(counts.at(What::refused), 3);
    EXPECT_EQ(counts.at(What::banned), 8);
    EXPECT_FALSE(counts.contains(What::not_tried));
    EXPECT_FALSE(run.stopped().empty());
}

TEST(RelayRun, meets_a_limit_of_errors_in_a_connection_with_smaller_batches) {
    RelayRun run = battery(true);
    const Active active = play_all(run, [](const std::string& line, Memory& memory) {
        return memory.errors_here >= 5 ? Reply{0, ""} : closed(line, memory);
    });
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::refused, 60}}));
    EXPECT_EQ(run.stopped(), "");
}

TEST(RelayRun, stops_at_the_first_421) {
    RelayRun run = battery(true);
    const Active active = play_all(run, [](const std::string& line, Memory& memory) {
        return memory.errors >= 4 ? Reply{421, "too many errors"} : closed(line, memory);
    });
    EXPECT_EQ(active.conversations.size(), 2U);
    EXPECT_EQ(active.conversations.back().fault_code, "smtp.421");
}

TEST(RelayRun, ends_when_the_time_is_used_up_and_when_a_server_is_silent) {
    for (const char* code : {"net.budget", "net.timeout", "net.connect"}) {
        RelayRun run = battery(true);
        ASSERT_TRUE(run.next(nullptr));
        const Conversation cut_off{.purpose = "relay", .server = server_ip, .fault_code = code, .fault = "no time"};
        EXPECT_FALSE(run.next(&cut_off)) << code;
        EXPECT_EQ(run.stopped(), "no time") << code;
    }
}

TEST(RelayRun, takes_a_catch_all_for_no_relay) {
    RelayRun run = battery(true);
    const Active active = play_all(run, [](const std::string& line, Memory& memory) {
        return line.starts_with("RCPT") && line.ends_with("@example.com>") ? Reply{250, "ok"} : closed(line, memory);
    });
    const auto counts = counted(active);
    EXPECT_FALSE(counts.contains(What::taken));
    EXPECT_GT(counts.at(What::kept), 5);
}

TEST(RelayRun, says_nothing_of_a_refusal_that_has_another_reason) {
    RelayRun run = battery(true, 1);
    const Active active = play_all(run, [](const std::string& line, Memory& memory) {
        const Reply reply = closed(line, memory);
        return reply.code == 554 ? Reply{550, "5.1.8 Sender address rejected: Domain not found"} : reply;
    });
    EXPECT_EQ(counted(active), (std::map<What, int>{{What::otherwise, 1}}));
}

TEST(Hearing, is_exact_about_what_an_answer_means) {
    const auto hear = [](int code, const char* text) {
        const Turn turn{.code = code, .text = text};
        return heard(&turn);
    };
    EXPECT_EQ(hear(250, ""), Heard::accepted);
    EXPECT_EQ(hear(554, "5.7.1 Relay access denied"), Heard::refused);
    EXPECT_EQ(hear(450, "4.7.1 try later"), Heard::deferred);
    EXPECT_EQ(hear(421, "bye"), Heard::nothing);
    EXPECT_EQ(hear(0, ""), Heard::nothing);
    EXPECT_EQ(hear(554, "5.7.1 Client host blocked using zen.spamhaus.org"), Heard::otherwise);
    EXPECT_EQ(heard(nullptr), Heard::nothing);
    EXPECT_TRUE(speaks_of("RELAYING Denied", "relay"));
    EXPECT_FALSE(speaks_of("rela", "relay"));
}

}  // namespace
}  // namespace postern::audit
