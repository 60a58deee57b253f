// SPDX-License-Identifier: Apache-2.0
#include "store/list_memory.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace postern::store {
namespace {
using namespace std::chrono_literals;

class ListMemoryTest : public testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(directory); }
    void TearDown() override { std::filesystem::remove_all(directory); }
    ListMemory open() { return *ListMemory::open((directory / "state.db").string()); }

    std::filesystem::path directory =
        std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    const Instant today{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 23h};
};

TEST_F(ListMemoryTest, keeps_health_by_zone_kind_and_resolver) {
    const HealthRecord record{"broken", "list.broken.world", "It lists everything.", "Leave it out.", today};
    ASSERT_TRUE(open().remember_health("zen.example", "ip4", "own recursion", record));
    auto again = open();
    const auto kept = again.health("zen.example", "ip4", "own recursion");
    ASSERT_TRUE(kept && *kept);
    EXPECT_EQ((*kept)->state, "broken");
    EXPECT_EQ((*kept)->sentence, "It lists everything.");
    EXPECT_EQ((*kept)->checked, today);
    EXPECT_FALSE(*again.health("zen.example", "ip6", "own recursion"));
    EXPECT_FALSE(*again.health("zen.example", "ip4", "192.0.2.53"));
}

TEST_F(ListMemoryTest, grants_what_is_left_of_the_day_and_no_more) {
    auto one = open();
    auto other = open();
    EXPECT_EQ(*one.take_budget("spamhaus", today, 60, 100), 60);
    EXPECT_EQ(*other.take_budget("spamhaus", today, 60, 100), 40);
    EXPECT_EQ(*one.take_budget("spamhaus", today, 1, 100), 0);
    EXPECT_EQ(*one.take_budget("abusix", today, 1, 100), 1);
    ASSERT_TRUE(other.return_budget("spamhaus", today, 10));
    EXPECT_EQ(*one.take_budget("spamhaus", today, 60, 100), 10);
    EXPECT_EQ(*one.take_budget("spamhaus", today + 2h, 60, 100), 60) << "a new day";
}

TEST_F(ListMemoryTest, knows_since_when_a_listing_is_known) {
    auto memory = open();
    EXPECT_EQ(*memory.note_listing("203.0.113.7", "zen.example", today), today);
    EXPECT_EQ(*memory.note_listing("203.0.113.7", "zen.example", today + 48h), today);
    ASSERT_TRUE(memory.forget_listing("203.0.113.7", "zen.example"));
    EXPECT_EQ(*memory.note_listing("203.0.113.7", "zen.example", today + 48h), today + 48h);
}

TEST_F(ListMemoryTest, says_which_file_cannot_be_opened) {
    const auto memory = ListMemory::open((directory / "absent" / "state.db").string());
    ASSERT_FALSE(memory);
    EXPECT_EQ(memory.error().code, "store.open");
    EXPECT_NE(memory.error().message.find("absent/state.db"), std::string::npos);
}

TEST_F(ListMemoryTest, a_file_that_is_no_database_is_an_error) {
    const auto path = (directory / "state.db").string();
    FILE* file = fopen(path.c_str(), "w");
    fputs("this is a letter to the administrator and no database at all\n", file);
    fclose(file);
    EXPECT_FALSE(ListMemory::open(path));
}

}  // namespace
}  // namespace postern::store
