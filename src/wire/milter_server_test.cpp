// SPDX-License-Identifier: Apache-2.0
#include "wire/milter_server.hpp"

#include "wire/milter_talk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::wire {
namespace {

using namespace milter_talk;
using namespace std::string_literals;
using Kind = MilterEvent::Kind;

/// A door that says yes, and writes down what it saw.
struct Door {
    explicit Door(MilterWants wants = {.actions = all_actions & ~MilterAction::name_macros}) : server(wants) {}

    MilterServer server;
    std::vector<std::string> seen;
    std::string said, fault;
    std::string no_to;  ///< events of this name are refused

    void note(const MilterEvent& event) {
        switch (event.kind) {
        case Kind::more: return;
        case Kind::sender: seen.push_back("mail " + server.envelope().sender + " " + server.envelope().login); break;
        case Kind::recipient: seen.push_back("rcpt " + std::string(event.first)); break;
        case Kind::header:
            seen.push_back("header " + std::string(event.first) + ":" + std::string(event.second));
            break;
        case Kind::end_of_headers: seen.emplace_back("end of headers"); break;
        case Kind::body: seen.push_back("body " + std::string(event.first)); break;
        case Kind::message: seen.push_back("message " + server.envelope().queue_id); break;
        case Kind::forgotten: seen.emplace_back("forgotten"); break;
        case Kind::new_connection: seen.emplace_back("new connection"); break;
        case Kind::closed: seen.emplace_back("closed"); break;
        }
    }
    void answer(Kind kind) {
        const bool no = !no_to.empty() && seen.back().starts_with(no_to);
        if (no) server.refuse(SmtpRefusal::permanent("test", "no"));
        else if (kind == Kind::message) EXPECT_TRUE(server.finish({}));
        else if (kind == Kind::sender || kind == Kind::recipient) server.proceed();
    }
    void feed(std::string_view octets) {
        while (fault.empty()) {
            const auto event = server.next(octets);
            if (!event) {
                fault = event.error().code;
                return;
            }
            if (event->kind == Kind::more) break;
            note(*event);
            answer(event->kind);
        }
        said += server.take_output();
    }
    Door& hear(std::string_view octets, std::size_t step = 1'000'000) {
        for (; !octets.empty(); octets.remove_prefix(std::min(step, octets.size()))) feed(octets.substr(0, step));
        return *this;
    }
};

const std::string yes = milter_frame('c', {}), accepted = milter_frame('a', {});
const std::string no = milter_frame('y', "550 5.7.1 no\0"sv);
const std::string hello = offer() + connect() + helo();

/// What comes behind the answer to the negotiation.
std::string behind_offer(const std::string& said) {
    return said.size() < 4
               ? ""
               : said.substr(4 + static_cast<unsigned char>(said[3]) + 256U * static_cast<unsigned char>(said[2]));
}

TEST(MilterServer, takes_a_message_with_one_reply_at_rcpt_and_one_at_its_end) {
    Door door;
    door.hear(hello + message() + quit());
    EXPECT_EQ(door.fault, "");
    EXPECT_EQ(door.seen, (std::vector<std::string>{"mail <a@example.com> anna", "rcpt <b@plain.example>",
                                                   "header From: a@example.com", "header Subject: one\n two",
                                                   "end of headers", "body Hello\r\n", "message 4XQ1", "closed"}));
    EXPECT_EQ(behind_offer(door.said), yes + accepted);
}

TEST(MilterServer, is_the_same_in_every_cut) {
    const std::string octets = hello + message() + mail() + rcpt() + abort() + message() + quit();
    Door whole;
    whole.hear(octets);
    for (std::size_t step = 1; step < octets.size(); ++step) {
        Door cut;
        cut.hear(octets, step);
        EXPECT_EQ(cut.fault, "");
        EXPECT_EQ(cut.seen, whole.seen) << step;
        EXPECT_EQ(cut.said, whole.said) << step;
    }
}

TEST(MilterServer, never_claims_more_than_was_offered) {
    for (std::uint32_t bit = 0; bit < 21; ++bit) {
        Door door;
        door.hear(offer(6, 1U << bit, 1U << bit));
        ASSERT_EQ(door.fault, "");
        EXPECT_EQ(door.said.substr(4, 5), "O" + number(6));
        std::uint32_t actions = 0, steps = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            actions = actions << 8 | static_cast<unsigned char>(door.said[9 + i]);
            steps = steps << 8 | static_cast<unsigned char>(door.said[13 + i]);
        }
        EXPECT_EQ(actions & ~(1U << bit), 0U) << bit;
        EXPECT_EQ(steps & ~(1U << bit), 0U) << bit;
        EXPECT_EQ(door.said.size() > 17, (1U << bit) == MilterAction::name_macros)
            << "lists only where they may be sent";
    }
}

TEST(MilterServer, asks_for_no_body_when_nothing_reads_it) {
    Door door({.headers = false, .body = false});
    door.hear(hello);
    EXPECT_TRUE(door.server.granted(MilterStep::no_body | MilterStep::no_headers | MilterStep::no_end_of_headers));
    door.hear(mail() + rcpt() + end());
    EXPECT_EQ(door.seen.back(), "message 4XQ1");
    EXPECT_EQ(behind_offer(door.said), yes + accepted);
}

TEST(MilterServer, replies_to_everything_when_the_mta_knows_no_silence) {
    Door door;
    door.hear(offer(2, 0, 0) + connect() + helo() + message());
    EXPECT_EQ(door.fault, "");
    std::string expected;
    for (int i = 0; i < 8; ++i) expected += yes;  // connect, helo, mail, rcpt, two headers, their end, body
    EXPECT_EQ(behind_offer(door.said), expected + accepted);
}

TEST(MilterServer, answers_the_lower_version_and_refuses_what_is_older_than_two) {
    Door old, ancient, newer;
    EXPECT_EQ(old.hear(offer(4)).said.substr(5, 4), number(4));
    EXPECT_EQ(newer.hear(offer(7)).said.substr(5, 4), number(6));
    EXPECT_EQ(ancient.hear(offer(1)).fault, "milter.version");
}

TEST(MilterServer, gives_a_silent_refusal_of_the_sender_at_each_recipient_and_at_the_end) {
    Door door;
    door.no_to = "mail";
    door.hear(hello + mail() + rcpt() + rcpt("<c@plain.example>") + end());
    EXPECT_EQ(behind_offer(door.said), no + no + no);
    EXPECT_EQ(door.seen, (std::vector<std::string>{"mail <a@example.com> anna", "forgotten"}));
    door.no_to = "";
    door.said.clear();
    door.hear(message());
    EXPECT_EQ(door.said, yes + accepted) << "the refusal is not carried on";
}

TEST(MilterServer, refuses_a_sender_at_once_when_asked_to) {
    Door door({.sender_answer = true});
    door.no_to = "mail";
    door.hear(hello + mail());
    EXPECT_EQ(behind_offer(door.said), no);
    EXPECT_FALSE(door.server.in_message());
}

TEST(MilterServer, keeps_only_recipients_that_were_accepted) {
    Door door;
    door.no_to = "rcpt <x";
    door.hear(hello + mail() + rcpt() + rcpt("<x@plain.example>") + rcpt("<c@plain.example>"));
    EXPECT_EQ(door.server.envelope().recipients, (std::vector<std::string>{"<b@plain.example>", "<c@plain.example>"}));
    EXPECT_EQ(behind_offer(door.said), yes + no + yes);
}

TEST(MilterServer, takes_at_most_a_thousand_recipients) {
    Door door;
    door.hear(hello + mail());
    door.said.clear();
    for (std::size_t i = 0; i < MilterServer::max_recipients; ++i) door.hear(rcpt());
    EXPECT_TRUE(door.said.ends_with(yes));
    door.said.clear();
    door.hear(rcpt());
    EXPECT_EQ(door.said, milter_frame('y', "452 4.5.3 at most 1000 recipients a message\0"sv));
    EXPECT_EQ(door.server.envelope().recipients.size(), MilterServer::max_recipients);
}

/// After any beginning of a message, then abort (or a new MAIL, HELO, quit): the next message is as if it were the first.
TEST(MilterServer, carries_nothing_of_a_message_into_the_next) {
    const std::vector<std::string> parts{mail(), rcpt("<old@plain.example>"), headers(), body("old"), end()};
    for (std::size_t upto = 1; upto < parts.size(); ++upto)
        for (const std::string& between :
             {abort(), helo(), std::string(), milter_frame('K', {}) + connect() + helo()}) {
            Door door;
            door.hear(hello);
            for (std::size_t i = 0; i < upto; ++i) door.hear(parts[i]);
            door.hear(between);
            door.seen.clear();
            door.hear(milter_frame('M', "<n@example.com>\0"sv) + rcpt() + headers() + body());
            EXPECT_EQ(door.fault, "");
            EXPECT_EQ(std::ranges::count(door.seen, "forgotten"), between.empty() ? 1 : 0) << "the door is told once";
            EXPECT_EQ(door.server.envelope().recipients, std::vector<std::string>{"<b@plain.example>"});
            EXPECT_EQ(door.server.envelope().sender, "<n@example.com>");
            EXPECT_EQ(door.server.envelope().login, "");
            EXPECT_EQ(std::ranges::count_if(door.seen, [](const auto& line) { return line.starts_with("header "); }),
                      2);
        }
}

TEST(MilterServer, carries_nothing_of_a_client_into_the_next) {
    Door door;
    door.hear(hello + message() + milter_frame('K', {}));
    EXPECT_EQ(door.seen.back(), "new connection");
    EXPECT_FALSE(door.server.client().address);
    EXPECT_EQ(door.server.client().helo, "");
    EXPECT_EQ(door.server.client().daemon_name, "");
    EXPECT_EQ(door.hear(mail()).fault, "milter.order");
}

struct Disorder {
    const char* name;
    std::string octets;
    const char* code = "milter.order";
};

class MilterDisorder : public testing::TestWithParam<Disorder> {};

TEST_P(MilterDisorder, ends_the_conversation) { EXPECT_EQ(Door().hear(GetParam().octets).fault, GetParam().code); }

INSTANTIATE_TEST_SUITE_P(
    Rows, MilterDisorder,
    testing::Values(
        Disorder{"first_mail", mail()}, Disorder{"offer_twice", offer() + offer()},
        Disorder{"helo_first", offer() + helo()}, Disorder{"mail_before_connect", offer() + mail()},
        Disorder{"connect_twice", offer() + connect() + connect()}, Disorder{"rcpt_without_mail", hello + rcpt()},
        Disorder{"header_without_mail", hello + headers()}, Disorder{"body_without_mail", hello + body()},
        Disorder{"end_without_mail", hello + end()},
        Disorder{"body_before_headers_end", hello + mail() + rcpt() + body()},
        Disorder{"header_behind_body", hello + mail() + rcpt() + headers() + body() + headers()},
        Disorder{"rcpt_behind_headers", hello + mail() + rcpt() + headers() + rcpt()},
        Disorder{"end_twice", hello + message() + end()}, Disorder{"rcpt_behind_end", hello + message() + rcpt()},
        Disorder{"rcpt_behind_abort", hello + mail() + abort() + rcpt()},
        Disorder{"long_path", hello + milter_frame('M', std::string(MilterServer::max_path + 1, 'a') + '\0'),
                 "milter.too_long"},
        Disorder{"long_helo",
                 offer() + connect() + milter_frame('H', std::string(MilterServer::max_host + 1, 'a') + '\0'),
                 "milter.too_long"},
        Disorder{"long_macro",
                 hello + milter_frame('D', "M{auth_authen}\0"s + std::string(MilterServer::max_macro + 1, 'a') + '\0'),
                 "milter.too_long"}),
    [](const auto& row) { return row.param.name; });

TEST(MilterServer, takes_texts_up_to_their_limits) {
    Door door;
    door.hear(offer() + connect() + milter_frame('H', std::string(MilterServer::max_host, 'a') + '\0') +
              milter_frame('D', "M{auth_authen}\0"s + std::string(MilterServer::max_macro, 'a') + '\0') +
              milter_frame('M', std::string(MilterServer::max_path, 'a') + '\0'));
    EXPECT_EQ(door.fault, "");
    EXPECT_EQ(door.server.envelope().login.size(), MilterServer::max_macro);
}

TEST(MilterServer, tells_the_client_to_come_again_when_a_change_cannot_be_made) {
    MilterServer server({.actions = all_actions});
    const std::string talk = offer(6, MilterAction::add_header) + connect() + helo() + mail() + rcpt() + end();
    std::string_view octets = talk;
    while (server.next(octets)->kind != Kind::message) server.proceed();
    (void)server.take_output();
    MilterChanges changes;
    changes.quarantine = "held";
    const auto done = server.finish(changes);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, "milter.change.not_granted");
    EXPECT_TRUE(server.take_output().substr(4).starts_with("y451 4.7.1 "));
    EXPECT_FALSE(server.in_message());
}

TEST(MilterServer, takes_the_last_octets_with_the_end) {
    Door door;
    door.hear(hello + mail() + rcpt() + headers() + milter_frame('E', "tail"));
    EXPECT_EQ(door.seen[door.seen.size() - 2], "body tail");
    EXPECT_EQ(door.seen.back(), "message 4XQ1");
    EXPECT_TRUE(door.said.ends_with(accepted));
}

TEST(MilterServer, is_not_asked_on_before_it_is_answered) {
    MilterServer server({});
    const std::string talk = hello + mail() + rcpt();
    std::string_view octets = talk;
    ASSERT_EQ(server.next(octets)->kind, Kind::sender);
    EXPECT_EQ(server.next(octets).error().code, "milter.unanswered");
}

TEST(MilterServer, says_that_it_is_still_at_it) {
    MilterServer server({});
    server.progress();
    EXPECT_EQ(server.take_output(), milter_frame('p', {}));
}

}  // namespace
}  // namespace postern::wire
