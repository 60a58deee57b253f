// SPDX-License-Identifier: Apache-2.0
#include "store/offender_rows.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace postern::store {
namespace {

constexpr Instant noon{std::chrono::milliseconds{1'795'608'000'000}};

class OffenderFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-offender-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] OffenderRows open() const { return *OffenderRows::open(folder_ / "trap.sqlite"); }
    std::filesystem::path folder_;
};

TEST_F(OffenderFile, keeps_the_last_word_of_each) {
    OffenderRows rows = open();
    ASSERT_TRUE(rows.save({{"10.0.0.7", noon, std::nullopt, "{}"}, {"10.0.0.8", noon, noon, "{}"}}));
    ASSERT_TRUE(rows.save({{"10.0.0.7", noon + std::chrono::seconds(1), noon, "{\"x\":1}"}}));
    const auto read = open().load(10);
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ(read->at(0).address, "10.0.0.7");
    EXPECT_EQ(read->at(0).told, noon);
    EXPECT_EQ(read->at(0).document, "{\"x\":1}");
    EXPECT_EQ(rows.load(1)->size(), 1U);
    ASSERT_TRUE(rows.expire(noon + std::chrono::milliseconds(1)));
    EXPECT_EQ(rows.load(10)->size(), 1U);
}

TEST_F(OffenderFile, carries_the_wish_to_forget_to_the_daemon_once) {
    OffenderRows daemon = open(), command = open();
    ASSERT_TRUE(daemon.save({{"10.0.0.7", noon, std::nullopt, "{}"}}));
    EXPECT_TRUE(*command.forget("10.0.0.7"));
    EXPECT_FALSE(*command.forget("10.0.0.9"));
    EXPECT_TRUE(daemon.load(10)->empty());
    EXPECT_EQ(daemon.take_forgotten()->size(), 2U);
    EXPECT_TRUE(daemon.take_forgotten()->empty());
}

}  // namespace
}  // namespace postern::store
