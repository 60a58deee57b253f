// SPDX-License-Identifier: Apache-2.0
// Samples are what they say, in archives that others can open; and neither test string stands whole in the tree.
#include "audit/active/samples.hpp"

#include "audit/active/archives.hpp"
#include "audit/active/false_ends.hpp"
#include "evidence/unpack.hpp"
#include "wire/mime.hpp"
#include "wire/smtp_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace postern::audit {
namespace {

const ActiveWishes wishes{.domain = *DomainName::parse("example.com")};

TEST(Archives, are_opened_by_libarchive) {
    for (const std::string& archive : {zip_of("a.txt", "hello"), gzip_of(tar_of("a.txt", "hello")), gzip_of("hello")}) {
        const auto files = evidence::unpack(archive);
        ASSERT_TRUE(files) << files.error().message;
        ASSERT_EQ(files->size(), 1U);
        EXPECT_EQ(files->front().octets, "hello");
    }
}

TEST(Samples, have_eicars_sixty_eight_octets_in_every_wrapping) {
    EXPECT_EQ(eicar().size(), 68U);
    for (const Sample& sample : samples()) {
        if (!sample.name.starts_with("eicar")) continue;
        const auto message =
            wire::parse_message(sample_message(wishes, sample.name, "t", "a@example.net", "s@example.com"));
        ASSERT_TRUE(message) << sample.name;
        EXPECT_TRUE(
            still_holds(sample_message(wishes, sample.name, "t", "a@example.net", "s@example.com"), sample.name))
            << sample.name;
        const auto leaves = wire::mime_leaves(*message);
        ASSERT_TRUE(leaves) << sample.name;
        EXPECT_GE(leaves->size(), 2U) << sample.name;
        const std::string& last = leaves->back().octets;
        EXPECT_TRUE(last == eicar() || last.starts_with("PK") || last.starts_with("\x1f\x8b") ||
                    still_holds(last, "eicar-plain"))
            << sample.name;
    }
}

TEST(Samples, say_in_a_readable_line_what_they_are_and_bear_their_token) {
    for (const Sample& sample : samples()) {
        const std::string message = sample_message(wishes, sample.name, "pt0123", "a@example.net", "s@example.com");
        EXPECT_TRUE(message.contains("This is a test message. The operator of example.com")) << sample.name;
        EXPECT_TRUE(message.contains("X-Postern-Token: pt0123\r\n")) << sample.name;
        EXPECT_TRUE(message.contains("Token: pt0123\r\n")) << sample.name;
    }
}

TEST(Samples, are_not_held_by_a_message_that_lost_them) {
    EXPECT_FALSE(still_holds("Subject: x\r\n\r\nremoved", "eicar-zip"));
    EXPECT_FALSE(still_holds("Subject: x\r\n\r\nremoved", "gtube"));
}

TEST(FalseEnds, are_at_least_fifteen_and_none_is_the_true_one) {
    EXPECT_GE(false_ends().size(), 15U);
    std::set<std::string_view> octets;
    for (const FalseEnd& end : false_ends()) {
        octets.insert(end.octets);
        EXPECT_FALSE(("x" + std::string(end.octets) + "x").contains("\r\n.\r\n")) << end.name;
    }
    EXPECT_EQ(octets.size(), false_ends().size());
}

}  // namespace
}  // namespace postern::audit
