// SPDX-License-Identifier: Apache-2.0
#include "wire/sink_session.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <set>

namespace postern::wire {
namespace {

constexpr const char* token = "postern-abcdefghij234567klmn";

class Keeper : public SinkKeeper {
public:
    [[nodiscard]] bool is_open(std::string_view one) const override { return one == token; }
    [[nodiscard]] bool keep(SinkMessage message) override {
        if (kept.size() == room) return false;
        kept.push_back(std::move(message));
        return true;
    }
    [[nodiscard]] bool begin_message(bool) override {
        if (under_way == most_under_way) return false;
        ++under_way;
        return true;
    }
    void end_message(bool) override { --under_way; }
    std::vector<SinkMessage> kept;
    std::size_t room = 10, under_way = 0, most_under_way = 1;
};

class Sink : public testing::Test {
protected:
    SinkPlace place() {
        return {.name = "probe.example.net",
                .peer = *IpAddress::parse("203.0.113.26"),
                .local = *IpAddress::parse("198.51.100.70"),
                .offers_tls = true};
    }
    /// Says a line; the answer without its line end.
    std::string say(const std::string& line) {
        last_ = session_.take(line + "\r\n");
        std::string out = last_.write;
        if (out.ends_with("\r\n")) out.erase(out.size() - 2);
        return out;
    }
    std::string code(const std::string& line) { return say(line).substr(0, 3); }
    void hand_over(const std::string& recipient) {
        EXPECT_EQ(code("EHLO mail.example.com"), "250");
        EXPECT_EQ(code("MAIL FROM:<a@example.com>"), "250");
        EXPECT_EQ(code("RCPT TO:<" + recipient + ">"), "250");
        EXPECT_EQ(code("DATA"), "354");
    }

    Keeper keeper_;
    SinkSession session_{place(), keeper_};
    SinkSession::Step last_;
};

TEST_F(Sink, says_who_the_client_is) {
    EXPECT_EQ(session_.greet().write, "220 probe.example.net ESMTP postern probe; you are [203.0.113.26]\r\n");
    EXPECT_TRUE(say("EHLO mail.example.com")
                    .starts_with("250-probe.example.net sees [203.0.113.26] greeting as mail.example.com\r\n"));
    session_.tls_started("TLSv1.3");
    const std::string again = say("EHLO mail.example.com");
    EXPECT_TRUE(again.contains("greeting as mail.example.com over TLSv1.3\r\n"));
    EXPECT_FALSE(again.contains("STARTTLS"));
}

TEST_F(Sink, keeps_a_message_to_a_token_whatever_its_domain) {
    hand_over(std::string("\"") + token + "-q1@probe.example.net\"@other.example");
    EXPECT_EQ(say("Subject: test\r\n\r\n..dot\r\n."), "250 2.0.0 kept for its test");
    ASSERT_EQ(keeper_.kept.size(), 1U);
    const SinkMessage& kept = keeper_.kept.front();
    EXPECT_EQ(kept.token, (ProbeToken{token, "q1"}));
    EXPECT_EQ(kept.octets, "Subject: test\r\n\r\n.dot\r\n");
    EXPECT_EQ(kept.found_in, "recipient");
    EXPECT_EQ(kept.helo, "mail.example.com");
    EXPECT_EQ(kept.sender, "a@example.com");
}

TEST_F(Sink, finds_a_token_in_the_text_of_a_message_to_itself) {
    hand_over("anybody@PROBE.example.net");
    EXPECT_EQ(say(std::string("Subject: ") + token + "\r\n\r\nx\r\n.").substr(0, 3), "250");
    EXPECT_EQ(keeper_.kept.at(0).found_in, "text");
}

TEST_F(Sink, finds_a_token_in_the_sender) {
    say("EHLO x.example");
    say(std::string("MAIL FROM:<") + token + "@site.example>");
    EXPECT_EQ(code("RCPT TO:<postmaster>"), "250");
    EXPECT_EQ(code("RCPT TO:<x@[198.51.100.70]>"), "250");
    EXPECT_EQ(code("DATA"), "354");
    EXPECT_EQ(code("\r\n."), "250");
    EXPECT_EQ(keeper_.kept.at(0).found_in, "sender");
}

TEST_F(Sink, keeps_nothing_without_an_open_token) {
    hand_over("anybody@probe.example.net");
    EXPECT_EQ(say("Subject: postern-zzzzzzzzzzzzzzzzzzzz\r\n\r\nx\r\n.").substr(0, 9), "554 5.7.1");
    EXPECT_TRUE(keeper_.kept.empty());
}

TEST_F(Sink, relays_nothing) {
    say("EHLO x.example");
    say("MAIL FROM:<a@b.example>");
    for (const char* form :
         {"x@victim.example", "x%victim.example@other.example", "@probe.example.net:x@victim.example",
          "victim.example!x", "\"x@victim.example\"", "x@[192.0.2.1]", "x"})
        EXPECT_EQ(say(fmt::format("RCPT TO:<{}>", form)).substr(0, 9), "554 5.7.1") << form;
}

TEST_F(Sink, says_that_there_is_no_room) {
    keeper_.room = 0;
    hand_over(token);
    EXPECT_EQ(say("x\r\n.").substr(0, 9), "452 4.3.1");
    EXPECT_EQ(code("MAIL FROM:<>"), "250");
}

TEST_F(Sink, takes_so_many_messages_at_once) {
    hand_over(token);
    {
        SinkSession second(place(), keeper_);
        (void)second.take(fmt::format("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<{}>\r\n", token));
        EXPECT_EQ(second.take("DATA\r\n").write.substr(0, 9), "452 4.3.2");
        EXPECT_EQ(code("x\r\n."), "250");
        EXPECT_EQ(second.take("DATA\r\n").write.substr(0, 3), "354");
        EXPECT_EQ(keeper_.under_way, 1U);
    }
    EXPECT_EQ(keeper_.under_way, 0U);
}

struct End {
    const char* name;
    const char* octets;  ///< behind the first line
    bool ends;
    const char* kept;
    std::size_t bare;
};
class Ends : public testing::TestWithParam<End> {};

TEST_P(Ends, only_by_cr_lf_dot_cr_lf) {
    Keeper keeper;
    SinkSession session({.name = "p.example", .peer = {}, .local = {}}, keeper);
    (void)session.take(fmt::format("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<{}>\r\nDATA\r\n", token));
    (void)session.take("a\r\n");
    (void)session.take(GetParam().octets);
    EXPECT_EQ(keeper.kept.size(), GetParam().ends ? 1U : 0U);
    if (!GetParam().ends) (void)session.take("\r\n.\r\n");
    ASSERT_EQ(keeper.kept.size(), 1U);
    EXPECT_EQ(keeper.kept.front().octets, GetParam().kept);
    EXPECT_EQ(keeper.kept.front().bare_newlines, GetParam().bare);
}

INSTANTIATE_TEST_SUITE_P(all, Ends,
                         testing::Values(End{"right", ".\r\n", true, "a\r\n", 0},
                                         End{"lf_dot_lf", "b\n.\n", false, "a\r\nb\n.\n\r\n", 2},
                                         End{"lf_dot_crlf", "b\n.\r\n", false, "a\r\nb\n.\r\n\r\n", 1},
                                         End{"crlf_dot_lf", ".\n", false, "a\r\n\n\r\n", 1},
                                         End{"cr_dot_cr", "b\r.\r", false, "a\r\nb\r.\r\r\n", 2},
                                         End{"crlf_dot_cr", ".\rb", false, "a\r\n\rb\r\n", 1},
                                         End{"crlf_dot_crcr_lf", ".\r\r\n", false, "a\r\n\r\r\n\r\n", 1},
                                         End{"stuffed", "..\r\n.\r\n", true, "a\r\n.\r\n", 0}),
                         [](const auto& info) { return info.param.name; });

TEST_F(Sink, takes_starttls_once_and_forgets_what_was_said_before) {
    hand_over(token);
    say("x\r\n.");
    EXPECT_EQ(code("MAIL FROM:<a@b.example>"), "250");
    EXPECT_EQ(code("STARTTLS"), "220");
    EXPECT_EQ(last_.then, SinkSession::Then::start_tls);
    session_.tls_started("TLSv1.2");
    EXPECT_EQ(code("MAIL FROM:<a@b.example>"), "503");
    EXPECT_EQ(code("STARTTLS"), "503");
}

TEST_F(Sink, takes_nothing_that_follows_starttls_in_clear) {
    const auto step = session_.take("EHLO x\r\nSTARTTLS\r\nMAIL FROM:<a@b>\r\n");
    EXPECT_EQ(step.then, SinkSession::Then::close);
    EXPECT_TRUE(step.write.starts_with("554 5.5.1 "));
}

TEST_F(Sink, lists_what_a_call_out_shows) {
    say(std::string("EHLO ") + token + "-25v4");
    say("MAIL FROM:<>");
    say("RCPT TO:<x@elsewhere.example>");
    say(std::string("RCPT TO:<") + token + "-co@probe.example.net>");
    EXPECT_EQ(code("QUIT"), "221");
    const SinkSummary seen = session_.summary();
    EXPECT_EQ(seen.tokens, (std::vector<ProbeToken>{{token, "25v4"}, {token, "co"}}));
    EXPECT_EQ(seen.recipients.size(), 2U);
    EXPECT_TRUE(seen.said_quit);
}

struct Refused {
    const char* name;
    std::vector<std::string> before;
    std::string line;
    const char* code;
};
class Refusals : public testing::TestWithParam<Refused> {};

TEST_P(Refusals, have_their_code) {
    Keeper keeper;
    SinkSession session({.name = "p.example", .peer = {}, .local = {}}, keeper);
    for (const std::string& line : GetParam().before) (void)session.take(line + "\r\n");
    EXPECT_EQ(session.take(GetParam().line).write.substr(0, 3), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    all, Refusals,
    testing::Values(Refused{"mail_before_ehlo", {}, "MAIL FROM:<>\r\n", "503"},
                    Refused{"rcpt_before_mail", {"EHLO x"}, "RCPT TO:<a>\r\n", "503"},
                    Refused{"data_before_rcpt", {"EHLO x", "MAIL FROM:<>"}, "DATA\r\n", "503"},
                    Refused{"mail_twice", {"EHLO x", "MAIL FROM:<>"}, "MAIL FROM:<>\r\n", "503"},
                    Refused{"no_name", {}, "EHLO \r\n", "501"}, Refused{"lf_alone", {}, "NOOP\n", "500"},
                    Refused{"cr_inside", {}, "NO\rOP\r\n", "500"},
                    Refused{"nul_inside", {}, std::string("NO\0OP\r\n", 7), "500"},
                    Refused{"no_brackets_closed", {"EHLO x"}, "MAIL FROM:<a@b\r\n", "501"},
                    Refused{"too_large_announced", {"EHLO x"}, "MAIL FROM:<> SIZE=262145\r\n", "552"},
                    Refused{"size_beyond_numbers", {"EHLO x"}, "MAIL FROM:<> SIZE=99999999999999999999999\r\n", "552"},
                    Refused{"as_large_as_may_be", {"EHLO x"}, "MAIL FROM:<> BODY=8BITMIME SIZE=262144\r\n", "250"},
                    Refused{"starttls_not_offered", {"EHLO x"}, "STARTTLS\r\n", "503"},
                    Refused{"auth", {"EHLO x"}, "AUTH PLAIN\r\n", "502"},
                    Refused{"vrfy_tells_nothing", {"EHLO x"}, "VRFY root\r\n", "252"},
                    Refused{"longest_line", {}, "NOOP " + std::string(SinkSession::max_line - 6, 'a') + "\r\n", "250"},
                    Refused{
                        "line_one_longer", {}, "NOOP " + std::string(SinkSession::max_line - 5, 'a') + "\r\n", "500"},
                    Refused{"http", {"GET / HTTP/1.1", "Host: x"}, "Accept: x\r\n", "421"}),
    [](const auto& info) { return info.param.name; });

TEST_F(Sink, takes_so_many_errors_recipients_and_commands_and_no_more) {
    for (std::size_t i = 1; i < SinkSession::max_errors; ++i) EXPECT_EQ(code("DATA"), "503");
    EXPECT_TRUE(say("DATA").contains("\r\n421 4.7.0 "));
    EXPECT_TRUE(session_.summary().over_limit);

    SinkSession second(place(), keeper_);
    (void)second.take("EHLO x\r\nMAIL FROM:<>\r\n");
    for (std::size_t i = 0; i < SinkSession::max_recipients; ++i)
        EXPECT_EQ(second.take(fmt::format("RCPT TO:<{}>\r\n", token)).write.substr(0, 3), "250");
    EXPECT_EQ(second.take(fmt::format("RCPT TO:<{}>\r\n", token)).write.substr(0, 3), "452");

    SinkSession third(place(), keeper_);
    for (std::size_t i = 0; i < SinkSession::max_commands; ++i)
        EXPECT_EQ(third.take("NOOP\r\n").write.substr(0, 3), "250");
    EXPECT_EQ(third.take("NOOP\r\n").write.substr(0, 3), "421");
}

TEST_F(Sink, takes_messages_of_a_length_and_no_more) {
    hand_over(token);
    EXPECT_EQ(code(std::string(SinkSession::max_message - 2, 'a') + "\r\n."), "250");
    say("MAIL FROM:<>");
    say(std::string("RCPT TO:<") + token + ">");
    say("DATA");
    EXPECT_EQ(code(std::string(SinkSession::max_message - 1, 'a') + "\r\n."), "552");
    say("MAIL FROM:<>");
    say(std::string("RCPT TO:<") + token + ">");
    say("DATA");
    const auto step = session_.take(std::string(SinkSession::max_message + SinkSession::max_swallowed + 1, 'a'));
    EXPECT_EQ(step.write.substr(0, 3), "421");
    EXPECT_EQ(step.then, SinkSession::Then::close);
}

TEST_F(Sink, ends_with_a_line_that_never_does) {
    EXPECT_EQ(session_.take(std::string(64 * 1024 - 1, 'a')).write, "");
    EXPECT_EQ(session_.take("a").write.substr(0, 3), "421");
}

TEST(SinkCuts, say_the_same_however_the_octets_come) {
    const std::string whole =
        fmt::format("EHLO mail.example.com\r\nMAIL FROM:<a@b.example> SIZE=10\r\nRCPT TO:<x@y.example>\r\nRCPT "
                    "TO:<{}-a1@p.example>\r\nDATA\r\n"
                    "Subject: x\r\n\r\n..a\r\nb\n.\r\nc\r.\r\n.\r\nNOOP\r\nHUH\r\nRSET\r\nQUIT\r\n",
                    token);
    const auto play = [&](const std::vector<std::string_view>& parts) {
        Keeper keeper;
        SinkSession session({.name = "p.example", .peer = {}, .local = {}}, keeper);
        std::string said;
        for (const std::string_view part : parts) said += session.take(part).write;
        return std::pair(said, keeper.kept.empty() ? std::string() : keeper.kept.front().octets);
    };
    const auto expected = play({whole});
    EXPECT_EQ(expected.second, "Subject: x\r\n\r\n.a\r\nb\n.\r\nc\r.\r\n");
    EXPECT_TRUE(expected.first.ends_with("221 2.0.0 p.example closes\r\n"));
    std::vector<std::string_view> single;
    for (std::size_t i = 0; i < whole.size(); ++i) single.push_back(std::string_view(whole).substr(i, 1));
    EXPECT_EQ(play(single), expected);
    for (std::size_t cut = 1; cut < whole.size(); ++cut)
        EXPECT_EQ(play({std::string_view(whole).substr(0, cut), std::string_view(whole).substr(cut)}), expected) << cut;
}

}  // namespace
}  // namespace postern::wire
