// SPDX-License-Identifier: Apache-2.0
#include "wire/milter_frame.hpp"

#include "wire/milter_talk.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using namespace milter_talk;

std::vector<std::string> frames_of(std::string_view octets, std::size_t step) {
    MilterFrameReader reader;
    std::vector<std::string> out;
    while (!octets.empty()) {
        std::string_view piece = octets.substr(0, step);
        octets.remove_prefix(piece.size());
        for (;;) {
            const auto frame = reader.next(piece);
            EXPECT_TRUE(frame);
            if (!frame || !*frame) break;
            out.push_back((*frame)->command + std::string((*frame)->data));
        }
        EXPECT_TRUE(piece.empty());
    }
    EXPECT_EQ(reader.held(), 0U);
    return out;
}

TEST(MilterFrame, is_the_same_in_every_cut) {
    const std::string octets = offer() + connect() + helo() + message() + quit();
    const auto whole = frames_of(octets, octets.size());
    EXPECT_EQ(whole.size(), 17U);
    for (std::size_t step = 1; step < octets.size(); ++step) EXPECT_EQ(frames_of(octets, step), whole) << step;
}

TEST(MilterFrame, is_bounded_before_anything_is_kept) {
    MilterFrameReader at_limit, above;
    const std::string most = number(MilterFrameReader::max_frame), more = number(MilterFrameReader::max_frame + 1);
    std::string_view octets = most;
    const auto waits = at_limit.next(octets);
    EXPECT_TRUE(waits && !*waits);
    EXPECT_EQ(at_limit.held(), 4U);
    octets = more;
    EXPECT_EQ(above.next(octets).error().code, "milter.frame.too_long");
}

TEST(MilterFrame, holds_a_command) {
    std::string_view octets = "\0\0\0\0"sv;
    EXPECT_EQ(MilterFrameReader().next(octets).error().code, "milter.frame.empty");
}

TEST(MilterFrame, tells_other_protocols_by_name) {
    for (const auto& [first, name] : {std::pair{"GET / HTTP/1.1\r\n"sv, "HTTP"sv},
                                      {"\x16\x03\x01\x02\x00\x01"sv, "TLS"sv},
                                      {"\x03\x00\x00\x13\x0e"sv, "RDP"sv},
                                      {"SSH-2.0-x"sv, "SSH"sv},
                                      {"EHLO x"sv, "SMTP"sv},
                                      {"PROXY TCP4"sv, "the PROXY protocol"sv}}) {
        std::string_view octets = first;
        const auto frame = MilterFrameReader().next(octets);
        ASSERT_FALSE(frame) << name;
        EXPECT_EQ(frame.error().code, "milter.frame.other_protocol");
        EXPECT_NE(frame.error().message.find(name), std::string::npos);
    }
}

TEST(MilterFrame, keeps_octets_that_were_not_looked_at) {
    const std::string octets = body("one") + body("two");
    MilterFrameReader reader;
    std::string_view rest = octets;
    EXPECT_EQ((*reader.next(rest))->data, "one");
    reader.keep(rest);
    std::string_view none;
    EXPECT_EQ((*reader.next(none))->data, "two");
    EXPECT_FALSE(*reader.next(none));
}

}  // namespace
}  // namespace postern::wire
