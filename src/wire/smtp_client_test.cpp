// SPDX-License-Identifier: Apache-2.0
// Dialogues: what is said and what comes back, fed whole, octet by octet and cut everywhere, with the same outcome.
#include "wire/smtp_client.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using Phase = SmtpClient::Phase;

/// Feeds in pieces of `cut` octets until a reply or a fault.
Result<std::optional<SmtpReply>> feed(SmtpClient& client, std::string_view octets, std::size_t cut) {
    Result<std::optional<SmtpReply>> reply = std::optional<SmtpReply>{};
    while (!octets.empty()) {
        reply = client.take(octets.substr(0, cut));
        octets.remove_prefix(std::min(cut, octets.size()));
        if (!reply || *reply) {
            EXPECT_TRUE(octets.empty() || cut < octets.size() + cut);
            return reply;
        }
    }
    return reply;
}

class Dialogue {
public:
    explicit Dialogue(std::size_t cut = 4'096) : cut_(cut) {}
    SmtpClient client;

    void hears(std::string_view octets, int code) {
        const auto reply = feed(client, octets, cut_);
        ASSERT_TRUE(reply) << reply.error().message;
        ASSERT_TRUE(*reply) << octets;
        EXPECT_EQ((*reply)->code, code);
    }
    static void says(const Result<std::string>& octets, std::string_view expected) {
        ASSERT_TRUE(octets) << octets.error().message;
        EXPECT_EQ(*octets, expected);
    }

private:
    std::size_t cut_;
};

void greet(Dialogue& d, std::string_view ehlo = "250-mail.example.com\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n") {
    d.hears("220 mail.example.com ESMTP\r\n", 220);
    d.says(d.client.hello("probe.example.net"), "EHLO probe.example.net\r\n");
    d.hears(ehlo, 250);
}

void begin_tls(Dialogue& d) {
    d.says(d.client.start_tls(), "STARTTLS\r\n");
    d.hears("220 go\r\n", 220);
    ASSERT_EQ(d.client.phase(), Phase::handshake);
    d.client.tls_started();
    EXPECT_TRUE(d.client.offered().empty());
    d.says(d.client.hello("probe.example.net"), "EHLO probe.example.net\r\n");
    d.hears("250-mail.example.com\r\n250 AUTH LOGIN PLAIN\r\n", 250);
}

class Cut : public testing::TestWithParam<std::size_t> {};

TEST_P(Cut, a_message_is_delivered) {
    Dialogue d(GetParam());
    greet(d);
    EXPECT_TRUE(d.client.offers("STARTTLS"));
    EXPECT_TRUE(d.client.offers("AUTH"));
    EXPECT_FALSE(d.client.offers("AUT"));
    d.says(d.client.mail("<a@example.net>", "BODY=8BITMIME"), "MAIL FROM:<a@example.net> BODY=8BITMIME\r\n");
    d.hears("250 2.1.0 Ok\r\n", 250);
    d.says(d.client.recipient("<b@example.com>"), "RCPT TO:<b@example.com>\r\n");
    d.hears("250-2.1.5 Ok\r\n250 more\r\n", 250);
    d.says(d.client.data(), "DATA\r\n");
    d.hears("354 go\r\n", 354);
    d.says(d.client.body("Subject: x\n\n.hidden\r\nend"), "Subject: x\r\n\r\n..hidden\r\nend\r\n.\r\n");
    d.hears("250 queued\r\n", 250);
    d.says(d.client.quit(), "QUIT\r\n");
    d.hears("221 bye\r\n", 221);
}

TEST_P(Cut, a_login_by_plain_needs_tls_first) {
    Dialogue d(GetParam());
    greet(d);
    EXPECT_EQ(d.client.log_in({"anna", "secret"}).error().code, "smtp.client.auth_in_clear");
    begin_tls(d);
    d.says(d.client.log_in({"anna", "secret"}), "AUTH PLAIN AGFubmEAc2VjcmV0\r\n");
    d.hears("235 ok\r\n", 235);
    EXPECT_EQ(d.client.phase(), Phase::ready);
}

TEST_P(Cut, a_login_by_login_answers_two_challenges) {
    Dialogue d(GetParam());
    d.client.tls_started(true);
    greet(d, "250-x\r\n250 AUTH LOGIN\r\n");
    d.says(d.client.log_in({"anna", "secret"}), "AUTH LOGIN\r\n");
    d.hears("334 VXNlcm5hbWU6\r\n", 334);
    d.says(d.client.respond(), "YW5uYQ==\r\n");
    d.hears("334 UGFzc3dvcmQ6\r\n", 334);
    d.says(d.client.respond(), "c2VjcmV0\r\n");
    d.hears("535 no\r\n", 535);
    EXPECT_EQ(d.client.phase(), Phase::ready);
}

INSTANTIATE_TEST_SUITE_P(octets, Cut, testing::Values(1, 2, 3, 7, 4'096),
                         [](const auto& info) { return "by_" + std::to_string(info.param); });

TEST(SmtpClient, says_nothing_while_a_reply_is_owed) {
    Dialogue d;
    EXPECT_EQ(d.client.quit().error().code, "smtp.client.out_of_turn");
    greet(d);
    ASSERT_TRUE(d.client.reset());
    EXPECT_EQ(d.client.quit().error().code, "smtp.client.out_of_turn");
}

TEST(SmtpClient, ends_at_421_wherever_it_comes) {
    Dialogue d;
    greet(d);
    ASSERT_TRUE(d.client.mail("<>"));
    d.hears("421 too many errors\r\n", 421);
    EXPECT_EQ(d.client.phase(), Phase::ended);
    EXPECT_EQ(d.client.quit().error().message, "the conversation has ended");
}

TEST(SmtpClient, ends_when_the_greeting_is_no_welcome) {
    Dialogue d;
    d.hears("554 go away\r\n", 554);
    EXPECT_EQ(d.client.phase(), Phase::ended);
}

TEST(SmtpClient, ends_at_a_reply_that_nobody_asked_for) {
    Dialogue d;
    greet(d);
    EXPECT_EQ(d.client.take("250 surprise\r\n").error().code, "smtp.client.unasked");
    Dialogue ahead;
    ahead.hears("220 x\r\n250 ahead\r\n", 220);
    EXPECT_EQ(ahead.client.hello("x").error().code, "smtp.client.unasked");
}

TEST(SmtpClient, refuses_octets_in_clear_behind_the_answer_to_starttls) {
    Dialogue d;
    greet(d);
    d.says(d.client.start_tls("RSET\r\n"), "STARTTLS\r\nRSET\r\n");
    EXPECT_EQ(d.client.take("220 go\r\n250 injected\r\n").error().code, "smtp.client.behind_starttls");
    EXPECT_EQ(d.client.phase(), Phase::ended);
}

TEST(SmtpClient, counts_the_replies_to_raw_octets_one_by_one) {
    Dialogue d;
    greet(d);
    ASSERT_TRUE(d.client.mail("<a@example.net>"));
    d.hears("250 ok\r\n", 250);
    ASSERT_TRUE(d.client.data());
    d.hears("354 go\r\n", 354);
    d.says(d.client.raw("x\n.\nMAIL FROM:<>\r\n"), "x\n.\nMAIL FROM:<>\r\n");
    d.hears("250 first\r\n250 second\r\n", 250);
    d.says(d.client.quit_and_drain(), "QUIT\r\n");
    const auto second = d.client.take("");
    ASSERT_TRUE(second && *second);
    EXPECT_EQ((*second)->lines.front(), "second");
}

TEST(SmtpClient, cancels_a_login_that_was_only_asked_for) {
    Dialogue d;
    greet(d);
    d.says(d.client.line("AUTH PLAIN"), "AUTH PLAIN\r\n");
    d.hears("334 \r\n", 334);
    d.says(d.client.cancel(), "*\r\n");
    d.hears("501 cancelled\r\n", 501);
}

TEST(SmtpClient, refuses_line_breaks_and_endless_commands_of_its_own_side) {
    Dialogue d;
    greet(d);
    EXPECT_EQ(d.client.recipient("<a@b>\r\nRCPT TO:<c@d>").error().code, "smtp.client.line_break");
    const std::string fits(SmtpClient::max_command - std::string_view("RCPT TO:").size(), 'x');
    EXPECT_EQ(d.client.recipient(fits + "x").error().code, "smtp.client.too_long");
    EXPECT_TRUE(d.client.recipient(fits));
}

TEST(SmtpClient, offers_a_login_only_where_it_can) {
    Dialogue d;
    d.client.tls_started(true);
    greet(d, "250-x\r\n250 AUTH CRAM-MD5\r\n");
    EXPECT_EQ(d.client.log_in({"a", "b"}).error().code, "smtp.client.no_mechanism");
}

TEST(CanonicalBody, frames_every_ending_alike) {
    EXPECT_EQ(canonical_body(""), ".\r\n");
    EXPECT_EQ(canonical_body("a"), "a\r\n.\r\n");
    EXPECT_EQ(canonical_body("a\r\n"), "a\r\n.\r\n");
    EXPECT_EQ(canonical_body("a\r.\rb\n.\n"), "a\r\n..\r\nb\r\n..\r\n.\r\n");
    EXPECT_EQ(canonical_body("\n\n"), "\r\n\r\n.\r\n");
}

}  // namespace
}  // namespace postern::wire
