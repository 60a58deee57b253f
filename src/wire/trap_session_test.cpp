// SPDX-License-Identifier: Apache-2.0
#include "wire/trap_session.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using std::chrono::milliseconds;

/// A dialogue: the greeting, then what is said to each piece.
class Trap : public testing::Test {
protected:
    TrapSession session{"gw.example"};
    bool closed = false;

    std::string greeted() { return session.greeting(); }
    std::string says_to(std::string_view octets, int at = 10) {
        const auto step = session.take(octets, milliseconds(at));
        closed = step.close;
        return step.say;
    }
    const TrapFindings& found() const { return session.findings(); }
};

constexpr std::string_view bot =
    "HELO dsl-7\r\nMAIL FROM:<eve@spam.example>\r\nRCPT TO:<anna@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
    "Subject: Cheap\r\nFrom: Eve <eve@spam.example>\r\nX-Mailer: Bulk 1.0\r\n\r\nBuy.\r\n.\r\nQUIT\r\n";

TEST_F(Trap, takes_a_message_as_a_server_would_and_refuses_it) {
    EXPECT_EQ(greeted(), "220 gw.example ESMTP\r\n");
    EXPECT_EQ(says_to("EHLO pc7.example.com\r\n"), "250 gw.example\r\n");
    EXPECT_EQ(says_to("mail from:<eve@spam.example> SIZE=100\r\n"), "250 2.1.0 go on\r\n");
    EXPECT_EQ(says_to("RCPT TO:<anna@example.com>\r\n"), "250 2.1.5 go on\r\n");
    EXPECT_EQ(says_to("DATA\r\n"), "354 go on\r\n");
    EXPECT_EQ(says_to("Subject: Cheap\r\n\r\nBuy.\r\n"), "");
    EXPECT_TRUE(says_to(".\r\n").starts_with("554 5.7.1 m2.port25.trapped: "));
    EXPECT_FALSE(closed);
    EXPECT_EQ(says_to("QUIT\r\n"), "221 2.0.0 bye\r\n");
    EXPECT_TRUE(closed);
    EXPECT_EQ(found().kind, TrapKind::smtp);
    EXPECT_EQ(found().helo, "pc7.example.com");
    EXPECT_EQ(found().sender, "eve@spam.example");
    EXPECT_EQ(found().recipients, std::vector<std::string>{"anna@example.com"});
    EXPECT_EQ(found().subject, "Cheap");
    EXPECT_TRUE(found().quit);
    EXPECT_FALSE(found().pipelined || found().spoke_first || found().bare_newline);
}

TEST_F(Trap, never_answers_a_message_with_a_success) {
    (void)greeted();
    const std::string said = says_to(bot);
    EXPECT_EQ(said.find("250", said.find("354")), std::string::npos);
    EXPECT_NE(said.find("554"), std::string::npos);
    EXPECT_TRUE(found().pipelined);
}

TEST_F(Trap, keeps_the_order_of_a_transaction) {
    (void)greeted();
    EXPECT_TRUE(says_to("RCPT TO:<a@example.com>\r\n").starts_with("503"));
    EXPECT_TRUE(says_to("DATA\r\n").starts_with("503"));
    EXPECT_TRUE(says_to("MAIL FROM:<>\r\n").starts_with("250"));
    EXPECT_TRUE(says_to("DATA\r\n").starts_with("503"));
    EXPECT_TRUE(says_to("RSET\r\n").starts_with("250"));
    EXPECT_TRUE(says_to("RCPT TO:<a@example.com>\r\n").starts_with("503"));
    EXPECT_TRUE(says_to("MAIL anna\r\n").starts_with("501"));
    EXPECT_TRUE(says_to("BDAT 5 LAST\r\n").starts_with("502"));
}

TEST_F(Trap, does_not_take_who_wrote_lines_for_another_protocol) {
    (void)greeted();
    EXPECT_EQ(says_to("\r\n"), "");
    EXPECT_TRUE(says_to("hello\r\n\x03\r\n\x16\r\n").starts_with("500"));
    EXPECT_EQ(found().kind, TrapKind::text);
    EXPECT_FALSE(closed);
}

TEST_F(Trap, notes_who_speaks_before_the_greeting_and_greets_then) {
    EXPECT_EQ(says_to("HELO x\r\n"), "220 gw.example ESMTP\r\n250 gw.example\r\n");
    EXPECT_TRUE(found().spoke_first);
    EXPECT_EQ(greeted(), "");
}

TEST_F(Trap, greets_who_has_said_everything_already) {
    EXPECT_TRUE(says_to(bot).starts_with("220 gw.example ESMTP\r\n250 gw.example\r\n"));
    EXPECT_TRUE(closed);
}

TEST_F(Trap, tells_a_person_by_the_pauses_and_corrections) {
    (void)greeted();
    (void)says_to("helo test\r\n", 4'000);
    (void)says_to("mali\b\bil from:<me@example.com>\n", 9'000);
    EXPECT_EQ(found().lines, 2U);
    EXPECT_EQ(found().paused_lines, 2U);
    EXPECT_TRUE(found().corrected);
    EXPECT_TRUE(found().bare_newline);
}

struct Other {
    const char* name;
    std::string octets;
    TrapKind kind;
};
class OtherProtocol : public testing::TestWithParam<Other> {};

TEST_P(OtherProtocol, is_named_and_let_go_without_a_word) {
    TrapSession session("gw.example");
    (void)session.greeting();
    const auto step = session.take(GetParam().octets, milliseconds(1));
    EXPECT_EQ(session.findings().kind, GetParam().kind);
    EXPECT_TRUE(step.close);
    EXPECT_EQ(step.say, "");
}

INSTANTIATE_TEST_SUITE_P(Trap, OtherProtocol,
                         testing::Values(Other{"http", "GET /a HTTP/1.1\r\n", TrapKind::http},
                                         Other{"connect", "CONNECT mx.example:25 HTTP/1.1\r\n", TrapKind::http},
                                         Other{"http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", TrapKind::http},
                                         Other{"socks4", std::string("\x04\x01\x00\x19", 4), TrapKind::socks},
                                         Other{"socks5", std::string("\x05\x01\x00", 3), TrapKind::socks},
                                         Other{"proxy1", "PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n", TrapKind::proxy},
                                         Other{"proxy2", std::string("\r\n\r\n\0\r\nQUIT\n", 12), TrapKind::proxy},
                                         Other{"ssh", "SSH-2.0-x\r\n", TrapKind::ssh},
                                         Other{"smb", std::string("\0\0\0\x85\xFFSMB", 8), TrapKind::binary},
                                         Other{"telnet", "\xFF\xFD\x01", TrapKind::binary}),
                         [](const auto& info) { return std::string(info.param.name); });

/// A ClientHello with one extension: the server's name.
std::string client_hello(std::string_view name) {
    const auto number = [](std::size_t value) {
        return std::string{static_cast<char>(value >> 8), static_cast<char>(value & 255)};
    };
    const std::string entry = std::string(1, '\0') + number(name.size()) + std::string(name);
    const std::string list = number(entry.size()) + entry;
    const std::string extensions = number(0) + number(list.size()) + list;
    const std::string body = "\x03\x03" + std::string(32, 'r') + std::string(1, '\0') + number(2) + "\x13\x01" +
                             std::string("\x01\x00", 2) + number(extensions.size()) + extensions;
    const std::string shake = std::string("\x01\x00", 2) + number(body.size()) + body;
    return "\x16\x03\x01" + number(shake.size()) + shake;
}

TEST(TrapHello, names_the_server_in_every_cut) {
    const std::string hello = client_hello("mx.example.net");
    EXPECT_EQ(client_hello_name(hello), "mx.example.net");
    for (std::size_t cut = 0; cut < hello.size(); ++cut) {
        (void)client_hello_name(std::string_view(hello).substr(0, cut));
        TrapSession session("gw.example");
        if (cut > 0) EXPECT_FALSE(session.take(hello.substr(0, cut), milliseconds(1)).close) << cut;
        EXPECT_TRUE(session.take(hello.substr(cut), milliseconds(1)).close) << cut;
        EXPECT_EQ(session.findings().kind, TrapKind::tls);
        EXPECT_EQ(session.findings().server_name, "mx.example.net");
    }
}

void expect_same(const TrapFindings& left, const TrapFindings& right, std::size_t cut) {
    EXPECT_EQ(left.kind, right.kind) << cut;
    EXPECT_EQ(left.first, right.first) << cut;
    EXPECT_EQ(left.helo, right.helo) << cut;
    EXPECT_EQ(left.sender, right.sender) << cut;
    EXPECT_EQ(left.recipients, right.recipients) << cut;
    EXPECT_EQ(left.subject, right.subject) << cut;
    EXPECT_EQ(left.mailer, right.mailer) << cut;
    EXPECT_EQ(left.quit, right.quit) << cut;
    EXPECT_EQ(left.limit, right.limit) << cut;
}

TEST(TrapCuts, the_same_is_said_and_learnt_octet_by_octet_and_in_every_cut) {
    TrapSession whole("gw.example");
    (void)whole.greeting();
    const std::string said = whole.take(bot, milliseconds(1)).say;
    for (std::size_t cut = 0; cut <= bot.size(); ++cut) {
        TrapSession session("gw.example");
        (void)session.greeting();
        std::string out;
        if (cut > 0) out += session.take(bot.substr(0, cut), milliseconds(1)).say;
        if (cut < bot.size()) out += session.take(bot.substr(cut), milliseconds(1)).say;
        EXPECT_EQ(out, said) << cut;
        expect_same(session.findings(), whole.findings(), cut);
    }
    TrapSession drops("gw.example");
    (void)drops.greeting();
    std::string out;
    for (const char octet : bot) out += drops.take({&octet, 1}, milliseconds(1)).say;
    EXPECT_EQ(out, said);
    expect_same(drops.findings(), whole.findings(), 0);
    EXPECT_FALSE(drops.findings().pipelined);
}

TEST_F(Trap, bounds_a_line) {
    (void)greeted();
    EXPECT_EQ(says_to("HELO " + std::string(TrapLimits::line - 7, 'x') + "\r\n"), "250 gw.example\r\n");
    EXPECT_EQ(found().helo.size(), TrapLimits::kept);
    EXPECT_TRUE(says_to("HELO " + std::string(TrapLimits::line - 6, 'x') + "\r\n").starts_with("500"));
    EXPECT_TRUE(closed);
    EXPECT_EQ(found().limit, "line");
}

TEST_F(Trap, calls_a_line_without_end_by_its_name) {
    (void)greeted();
    EXPECT_EQ(says_to(std::string(TrapLimits::line, 'x')), "");
    EXPECT_FALSE(closed);
    (void)says_to("x");
    EXPECT_TRUE(closed);
    EXPECT_EQ(found().kind, TrapKind::endless);
}

TEST_F(Trap, bounds_commands_and_unknown_commands) {
    (void)greeted();
    for (std::size_t i = 0; i < TrapLimits::unknown_commands; ++i) EXPECT_TRUE(says_to("XYZ\r\n").starts_with("500"));
    EXPECT_EQ(found().kind, TrapKind::text);
    for (std::size_t i = TrapLimits::unknown_commands; i < TrapLimits::commands; ++i)
        EXPECT_TRUE(says_to("NOOP\r\n").starts_with("250"));
    EXPECT_FALSE(closed);
    EXPECT_TRUE(says_to("NOOP\r\n").starts_with("421"));
    EXPECT_TRUE(closed);
    EXPECT_EQ(found().limit, "commands");
    TrapSession other("gw.example");
    std::string junk;
    for (std::size_t i = 0; i <= TrapLimits::unknown_commands; ++i) junk += "XYZ\r\n";
    EXPECT_TRUE(other.take(junk, milliseconds(1)).close);
    EXPECT_EQ(other.findings().limit, "unknown_commands");
}

TEST_F(Trap, looks_at_the_first_octets_of_a_message_only) {
    (void)greeted();
    (void)says_to("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n");
    EXPECT_EQ(says_to("\r\n" + std::string(TrapLimits::message - 4, 'x') + "\r\n"), "");
    EXPECT_TRUE(says_to("x").starts_with("554"));
    EXPECT_TRUE(closed);
    EXPECT_EQ(found().limit, "message");
}

TEST_F(Trap, bounds_all_input_and_the_recipients_that_are_kept) {
    (void)greeted();
    (void)says_to("HELO x\r\nMAIL FROM:<>\r\n");
    for (std::size_t i = 0; i <= TrapLimits::kept_recipients; ++i) (void)says_to("RCPT TO:<a@example.com>\r\n");
    EXPECT_EQ(found().recipients.size(), TrapLimits::kept_recipients);
    EXPECT_EQ(found().recipient_count, TrapLimits::kept_recipients + 1);
    std::string line = "NOOP " + std::string(1'017, 'x') + "\r\n";
    for (std::size_t sent = 0; sent + 2 * line.size() < TrapLimits::input; sent += line.size()) (void)says_to(line);
    EXPECT_FALSE(closed);
    (void)says_to(line + line);
    EXPECT_TRUE(closed);
    EXPECT_EQ(found().limit, "input");
}

TEST_F(Trap, tells_silence_from_slowness) {
    (void)greeted();
    session.end(TrapSession::End::time);
    EXPECT_EQ(found().kind, TrapKind::silent);
    EXPECT_EQ(found().limit, "time");
    TrapSession slow("gw.example");
    (void)slow.greeting();
    (void)slow.take("HE", milliseconds(9'000));
    slow.end(TrapSession::End::peer);
    EXPECT_EQ(slow.findings().kind, TrapKind::slow);
    EXPECT_EQ(slow.findings().limit, "");
}

}  // namespace
}  // namespace postern::wire
