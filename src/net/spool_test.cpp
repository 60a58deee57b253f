// SPDX-License-Identifier: Apache-2.0
#include "net/spool.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace postern::net {
namespace {

std::string read_back(int file) {
    std::string out(64, '\0');
    out.resize(static_cast<std::size_t>(read(file, out.data(), out.size())));
    return out;
}

TEST(Spool, stays_in_memory_up_to_its_bound_and_goes_to_a_file_behind_it) {
    SpoolRoom room{.most_each = 4};
    Spool spool(room);
    ASSERT_TRUE(spool.append("abcd"));
    EXPECT_TRUE(spool.in_memory());
    EXPECT_EQ(room.used, 4U);
    ASSERT_TRUE(spool.append("e"));
    EXPECT_FALSE(spool.in_memory());
    EXPECT_EQ(room.used, 0U);
    EXPECT_EQ(*spool.whole(), "abcde");
    ASSERT_TRUE(spool.append("f"));
    EXPECT_EQ(*spool.whole(), "abcdef");
    EXPECT_EQ(read_back(*spool.descriptor()), "abcdef");
}

TEST(Spool, shares_memory_with_the_others_of_its_loop) {
    SpoolRoom room{.most_together = 4};
    Spool first(room), second(room);
    ASSERT_TRUE(first.append("abcd"));
    ASSERT_TRUE(second.append("x"));
    EXPECT_FALSE(second.in_memory());
    first.clear();
    second.clear();
    ASSERT_TRUE(second.append("x"));
    EXPECT_TRUE(second.in_memory());
}

TEST(Spool, lends_a_file_of_what_is_in_memory_and_goes_on) {
    SpoolRoom room;
    Spool spool(room);
    ASSERT_TRUE(spool.append("ab"));
    EXPECT_EQ(read_back(*spool.descriptor()), "ab");
    EXPECT_EQ(*spool.whole(), "ab");
    ASSERT_TRUE(spool.append("c"));
    EXPECT_EQ(read_back(*spool.descriptor()), "abc");
    EXPECT_EQ(spool.size(), 3U);
}

TEST(Spool, says_when_there_is_no_place) {
    SpoolRoom room{.folder = "/nonexistent", .most_each = 0};
    Spool spool(room);
    const auto kept = spool.append("a");
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().code, "spool.write");
}

}  // namespace
}  // namespace postern::net
