// SPDX-License-Identifier: Apache-2.0
// A server played by hand, in virtual time.
#include "net/flight.hpp"

#include <gtest/gtest.h>

namespace postern::net {
namespace {
using namespace std::chrono_literals;
using dns::Outcome;

struct Datagram {
    std::size_t port;
    std::string octets;
};

class Played : public FlightWire {
public:
    std::size_t begin() override { return next++; }
    void end(std::size_t) override { ++ended; }
    Sent send(std::size_t port, std::string_view octets) override {
        sent.push_back({port, std::string(octets)});
        return result;
    }
    void start_tcp(std::uint16_t id, const dns::Question&, Clock::time_point) override { tcp.push_back(id); }

    std::vector<Datagram> sent;
    std::vector<std::uint16_t> tcp;
    std::size_t next = 0, ended = 0;
    Sent result = Sent::yes;
};

class FlightTest : public testing::Test {
protected:
    static dns::Question question(std::string_view name = "2.0.0.127.zen.example") {
        return {*DomainName::parse(name), dns::Type::a};
    }
    void ask(const dns::Question& asked, Clock::duration within = 5s) {
        flight.ask(asked, now, now + within, [this](dns::Answer answer) { answers.push_back(std::move(answer)); });
    }
    void pass(Clock::duration length) {
        for (const auto end = now + length; now < end;) {
            now += 20ms;
            flight.tick(now);
        }
    }
    /// The query as an answer without records: response, AA, and the rcode; EDNS cut off.
    static std::string reply(std::string query, int rcode = 3, int flags = 0) {
        query[2] = static_cast<char>(0x84 | flags);
        query[3] = static_cast<char>(rcode);
        query[11] = 0;
        return query.substr(0, query.size() - 11);
    }
    static constexpr int truncated = 0x02;

    Played played;
    Flight flight{played, "192.0.2.53", true};
    Clock::time_point now = Clock::time_point{} + 1h;
    std::vector<dns::Answer> answers;
};

TEST_F(FlightTest, takes_the_answer_to_its_question) {
    ask(question());
    now += 3ms;
    flight.take(0, reply(played.sent.at(0).octets), now);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].outcome, Outcome::no_name);
    EXPECT_EQ(answers[0].rtt, 3ms);
    EXPECT_EQ(answers[0].resolver, "192.0.2.53");
    EXPECT_TRUE(flight.idle());
    EXPECT_EQ(played.ended, 1U);
}

TEST_F(FlightTest, ignores_forged_answers_and_takes_the_right_one_behind_them) {
    ask(question());
    const std::string right = reply(played.sent.at(0).octets);
    std::string wrong_id = right;
    wrong_id[0] = static_cast<char>(wrong_id[0] ^ 1);
    std::string wrong_name = right;
    wrong_name[13] = '9';
    std::string no_response = right;
    no_response[2] = static_cast<char>(no_response[2] & 0x7f);
    std::string no_question = right.substr(0, 12);
    no_question[5] = 0;
    for (const std::string& forged : {wrong_id, wrong_name, no_response, no_question}) flight.take(0, forged, now);
    flight.take(1, right, now);  // another port
    EXPECT_TRUE(answers.empty());
    flight.take(0, right, now);
    EXPECT_EQ(answers.size(), 1U);
}

TEST_F(FlightTest, takes_a_refusal_without_its_question) {
    ask(question());
    std::string refusal = reply(played.sent.at(0).octets, 5).substr(0, 12);
    refusal[5] = 0;
    flight.take(0, refusal, now);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].outcome, Outcome::refused);
}

TEST_F(FlightTest, sends_again_with_growing_patience_until_the_deadline) {
    ask(question());
    pass(4'980ms);
    EXPECT_TRUE(answers.empty());
    EXPECT_EQ(played.sent.size(), 6U);  // at 0, 0.8, 1.8, 2.8, 3.8 and 4.8 s
    pass(20ms);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].outcome, Outcome::timed_out);
    EXPECT_EQ(answers[0].why, "no answer from 192.0.2.53 within 5 seconds");
}

TEST_F(FlightTest, still_takes_the_answer_to_an_earlier_try) {
    ask(question());
    pass(1s);
    ASSERT_EQ(played.sent.size(), 2U);
    EXPECT_EQ(played.sent[0].octets, played.sent[1].octets);
    flight.take(0, reply(played.sent[0].octets), now);
    EXPECT_EQ(answers.size(), 1U);
}

TEST_F(FlightTest, asks_without_edns_whom_edns_confuses) {
    ask(question());
    flight.take(0, reply(played.sent.at(0).octets, 1), now);
    ASSERT_EQ(played.sent.size(), 2U);
    EXPECT_EQ(played.sent[1].octets.size() + 11, played.sent[0].octets.size());
    std::string second = played.sent[1].octets + std::string(11, '\0');
    flight.take(0, reply(second, 1), now);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].outcome, Outcome::server_failure);
}

TEST_F(FlightTest, asks_over_tcp_what_was_truncated) {
    ask(question());
    const std::string query = played.sent.at(0).octets;
    flight.take(0, reply(query, 0, truncated), now);
    ASSERT_EQ(played.tcp.size(), 1U);
    flight.take(0, reply(query), now);  // UDP no longer counts
    EXPECT_TRUE(answers.empty());
    flight.take_tcp(played.tcp[0], question(), reply(query), now);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].outcome, Outcome::no_name);
}

TEST_F(FlightTest, says_when_tcp_gives_nothing_or_something_else) {
    ask(question("a.example"));
    ask(question("b.example"));
    for (std::size_t i = 0; i < 2; ++i) flight.take(i, reply(played.sent[i].octets, 0, truncated), now);
    flight.take_tcp(played.tcp.at(0), question("a.example"), fail("net.connect", "connection refused"), now);
    flight.take_tcp(played.tcp.at(1), question("b.example"), reply(played.sent[0].octets), now);
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].outcome, Outcome::unreachable);
    EXPECT_EQ(answers[1].outcome, Outcome::malformed);
}

TEST_F(FlightTest, reports_malformed_octets_that_repeat_the_question) {
    ask(question());
    std::string broken = reply(played.sent.at(0).octets, 0);
    broken[7] = 1;  // one answer, which is not there
    flight.take(0, broken, now);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].outcome, Outcome::malformed);
}

TEST_F(FlightTest, gives_up_soon_where_nobody_is) {
    played.result = FlightWire::Sent::nobody_there;
    ask(question());
    EXPECT_TRUE(answers.empty());
    pass(60ms);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].outcome, Outcome::unreachable);
}

TEST_F(FlightTest, keeps_what_exceeds_the_window_waiting_under_its_own_deadline) {
    for (std::size_t i = 0; i < Flow::first_window + 2; ++i)
        ask(question(std::to_string(i) + ".example"), i == Flow::first_window ? 100ms : 5s);
    EXPECT_EQ(flight.under_way(), Flow::first_window);
    pass(120ms);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].outcome, Outcome::timed_out);
    flight.take(0, reply(played.sent.at(0).octets), now);
    EXPECT_EQ(flight.under_way(), Flow::first_window);
    EXPECT_EQ(played.sent.size(), Flow::first_window + 1);
}

}  // namespace
}  // namespace postern::net
