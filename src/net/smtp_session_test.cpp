// SPDX-License-Identifier: Apache-2.0
// SmtpSession and try_recipients against a server that says what a table holds, over a unix socket.
#include "net/smtp_session.hpp"

#include "net/deadline.hpp"
#include "net/listener.hpp"
#include "net/smtp_try.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace postern::net {
namespace {

using namespace std::chrono_literals;

/// What the server says, a piece a write, to a line that begins with `to`; to nothing at first.
struct Said {
    std::string to;
    std::vector<std::string> pieces;
};
using Dialogue = std::vector<Said>;

Task<bool> read_line(Stream& stream, std::string& held) {
    while (!held.contains("\r\n")) {
        const auto more = co_await stream.read_some();
        if (!more || more->empty()) co_return false;
        held += *more;
    }
    co_return true;
}

/// After its last word it is silent until the peer goes, unless that word is "(hang up)".
Task<> converse(Stream stream, Dialogue dialogue) {
    std::string held;
    for (const Said& said : dialogue) {
        if (!said.to.empty()) {
            if (!co_await read_line(stream, held)) co_return;
            EXPECT_TRUE(held.starts_with(said.to)) << held;
            held.erase(0, held.find("\r\n") + 2);
        }
        for (const std::string& piece : said.pieces) {
            if (piece == "(hang up)") co_return;
            (void)co_await stream.write(piece);  // who has gone hears nothing
        }
    }
    while (co_await read_line(stream, held)) held.clear();
}

class Smtp : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-smtp-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        address_ = {{}, folder_ / "socket"};
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    Task<> serve(Dialogue dialogue, std::function<Task<>()> client) {
        TaskGroup sessions(loop_.executor(), [](std::string_view, const std::exception_ptr&) { ADD_FAILURE(); });
        auto listener = Listener::open(loop_.executor(), address_);
        if (!listener) throw std::runtime_error(listener.error().message);
        sessions.spawn("accept", listener->accept(sessions, {}, [dialogue](Stream stream) {
            return converse(std::move(stream), dialogue);
        }));
        co_await client();
        listener->close();
        sessions.cancel();
        co_await sessions.join();
    }

    /// "250 first line", or "(code of the error)", of the greeting and of EHLO.
    Task<> greet(SmtpSession::Limits limits, std::vector<std::string>& heard) {
        SmtpSession session(loop_.executor(), limits);
        const auto note = [&](const Result<wire::SmtpReply>& reply) {
            heard.push_back(reply ? std::to_string(reply->code) + " " + reply->lines.back()
                                  : "(" + std::string(reply.error().code) + ")");
            return reply.has_value();
        };
        if (!co_await session.connect(address_, "", false)) co_return;
        if (!note(co_await session.hear())) co_return;
        if (note(co_await session.say(session.client().hello("client.example"))))
            (void)note(co_await session.say(session.client().quit()));
    }
    std::vector<std::string> heard_of(Dialogue dialogue, SmtpSession::Limits limits = {.step = 5s}) {
        std::vector<std::string> heard;
        loop_.run(serve(std::move(dialogue), [&] { return greet(limits, heard); }));
        return heard;
    }

    Task<> try_them(std::vector<std::string> recipients, Clock::duration patience, SmtpTry& seen) {
        seen = co_await try_recipients(loop_, address_, "client.example", "", std::move(recipients),
                                       Clock::now() + patience);
    }
    SmtpTry tried(Dialogue dialogue, std::vector<std::string> recipients, Clock::duration patience = 5s) {
        SmtpTry seen;
        loop_.run(serve(std::move(dialogue), [&] { return try_them(recipients, patience, seen); }));
        return seen;
    }

    Loop loop_;
    std::filesystem::path folder_;
    SocketAddress address_;
};

using Heard = std::vector<std::string>;

TEST_F(Smtp, session_reads_replies_of_several_lines_and_pieces_whole) {
    const Heard heard = heard_of({{"", {"2", "20-a", "\r", "\n220 b\r\n"}},
                                  {"EHLO client.example", {"250-x\r\n250-", "SIZE 1\r\n25", "0 HELP\r\n"}},
                                  {"QUIT", {"221 bye\r\n"}}});
    EXPECT_EQ(heard, (Heard{"220 b", "250 HELP", "221 bye"}));
}

TEST_F(Smtp, session_tells_a_hang_up_from_a_silence_and_from_a_used_up_budget) {
    const Said greeting{"", {"220 a\r\n"}};
    EXPECT_EQ(heard_of({greeting, {"EHLO", {"(hang up)"}}}), (Heard{"220 a", "(net.closed)"}));
    EXPECT_EQ(heard_of({greeting, {"EHLO", {"250-x\r\n"}}}, {.step = 50ms}), (Heard{"220 a", "(net.timeout)"}));
    EXPECT_EQ(heard_of({greeting}, {.step = 5s, .whole = Clock::now() + 50ms}), (Heard{"220 a", "(net.budget)"}));
}

TEST_F(Smtp, session_takes_what_is_no_reply_for_none) {
    const Heard heard = heard_of({{"", {"hello there\r\n"}}});
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_TRUE(heard[0].starts_with("(smtp.")) << heard[0];
}

const Said ready{"", {"220 mail\r\n"}}, hello{"EHLO", {"250 mail\r\n"}}, mail{"MAIL FROM:<>", {"250 ok\r\n"}};

TEST_F(Smtp, recipients_are_tried_each_and_no_data_is_said) {
    const SmtpTry seen = tried({ready,
                                hello,
                                mail,
                                {"RCPT TO:<a@b.example>", {"250 ok\r\n"}},
                                {"RCPT TO:<c@b.example>", {"550-5.1.1 no\r\n550 such\r\n"}},
                                {"RSET", {"250 ok\r\n"}},
                                {"QUIT", {"221 bye\r\n"}}},
                               {"a@b.example", "c@b.example"});
    EXPECT_EQ(seen.unknown, "");
    EXPECT_EQ(seen.sender_code, 250);
    ASSERT_EQ(seen.recipients.size(), 2U);
    EXPECT_EQ(seen.recipients[0].code, 250);
    EXPECT_EQ(seen.recipients[1].code, 550);
    EXPECT_EQ(seen.recipients[1].text, "5.1.1 no such");
}

TEST_F(Smtp, recipients_behind_a_421_are_not_tried) {
    const SmtpTry seen =
        tried({ready, hello, mail, {"RCPT TO:<a@b.example>", {"421 bye\r\n"}}}, {"a@b.example", "c@b.example"});
    EXPECT_EQ(seen.recipients[0].code, 421);
    EXPECT_EQ(seen.recipients[1].code, 0);
}

TEST_F(Smtp, recipients_that_were_tried_are_kept_when_the_time_ends) {
    const SmtpTry seen = tried({ready, hello, mail, {"RCPT", {"250 ok\r\n"}}}, {"a@b.example", "c@b.example"}, 100ms);
    EXPECT_EQ(seen.unknown, "");
    EXPECT_EQ(seen.recipients[0].code, 250);
    EXPECT_EQ(seen.recipients[1].code, 0);
}

TEST_F(Smtp, recipients_are_unknown_when_it_does_not_come_to_them) {
    EXPECT_TRUE(tried({{"", {"554 go away\r\n"}}}, {"a@b.example"}).unknown.contains("554 go away"));
    EXPECT_TRUE(tried({ready, {"EHLO", {"(hang up)"}}}, {"a@b.example"}).unknown.contains("closed"));
    const SmtpTry refused = tried({ready, hello, {"MAIL", {"550 no\r\n"}}, {"QUIT", {"221 \r\n"}}}, {"a@b.example"});
    EXPECT_EQ(refused.sender_code, 550);
    EXPECT_EQ(refused.recipients[0].code, 0);
    const SmtpTry silent = tried({}, {"a@b.example"}, 50ms);
    EXPECT_TRUE(silent.timed_out);
    EXPECT_FALSE(silent.unknown.empty());
}

TEST_F(Smtp, recipients_beyond_the_bound_are_left_out) {
    Dialogue dialogue{ready, hello, mail};
    for (std::size_t i = 0; i < max_tried_recipients; ++i) dialogue.push_back({"RCPT", {"250 ok\r\n"}});
    dialogue.push_back({"RSET", {"250 ok\r\n"}});
    dialogue.push_back({"QUIT", {"221 bye\r\n"}});
    EXPECT_EQ(tried(dialogue, std::vector<std::string>(max_tried_recipients + 1, "a@b.example")).recipients.size(),
              max_tried_recipients);
}

}  // namespace
}  // namespace postern::net
