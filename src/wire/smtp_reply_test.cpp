// SPDX-License-Identifier: Apache-2.0
#include "wire/smtp_reply.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

constexpr std::string_view ehlo = "250-mail.example.com\r\n250-STARTTLS\r\n250 SIZE 1000\r\n";

TEST(SmtpReply, is_the_same_in_every_cut) {
    for (std::size_t cut = 0; cut <= ehlo.size(); ++cut) {
        SmtpReplyReader reader;
        auto reply = reader.take(ehlo.substr(0, cut));
        ASSERT_TRUE(reply);
        if (!*reply) reply = reader.take(ehlo.substr(cut));
        ASSERT_TRUE(reply && *reply) << cut;
        EXPECT_EQ((*reply)->code, 250);
        EXPECT_EQ((*reply)->lines, (std::vector<std::string>{"mail.example.com", "STARTTLS", "SIZE 1000"}));
        EXPECT_EQ(reader.left(), cut == ehlo.size() ? 0U : reader.left());
    }
}

TEST(SmtpReply, is_bounded_in_lines_and_length) {
    const std::string at_limit = "220 " + std::string(SmtpReplyReader::max_line - 5, 'x') + "\r\n";
    EXPECT_TRUE(SmtpReplyReader().take(at_limit));
    EXPECT_EQ(SmtpReplyReader().take("220 " + std::string(SmtpReplyReader::max_line, 'x')).error().code,
              "smtp.reply.line_too_long");
    std::string lines;
    for (std::size_t i = 0; i < SmtpReplyReader::max_lines; ++i) lines += "220-x\r\n";
    EXPECT_TRUE(SmtpReplyReader().take(lines));
    EXPECT_EQ(SmtpReplyReader().take(lines + "220 x\r\n").error().code, "smtp.reply.too_many_lines");
}

TEST(SmtpReply, refuses_what_is_none) {
    for (const char* text : {"HTTP/1.1 400\r\n", "22 x\r\n", "2200 x\r\n", "\r\n"})
        EXPECT_FALSE(SmtpReplyReader().take(text)) << text;
}

TEST(SmtpReply, keeps_what_was_read_ahead) {
    SmtpReplyReader reader;
    ASSERT_TRUE(reader.take("220 go\r\n250 injected\r\n"));
    EXPECT_EQ(reader.left(), 14U);
}

}  // namespace
}  // namespace postern::wire
