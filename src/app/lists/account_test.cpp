// SPDX-License-Identifier: Apache-2.0
#include "app/lists/account.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace postern::app {
namespace {

constexpr Instant noon{std::chrono::milliseconds{1'795'608'000'000}};
constexpr auto stock = static_cast<std::size_t>(ListAccount::stock_size);

class AccountFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-account-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] store::ListMemory memory() const { return *store::ListMemory::open(folder_ / "state.db"); }
    std::filesystem::path folder_;
};

TEST(ListAccount, asks_nobody_without_a_budget) {
    ListAccount account(std::nullopt, {{"surbl", 3}, {"uribl", 0}}, noon);
    EXPECT_FALSE(account.take("unknown", 1, noon));
    EXPECT_FALSE(account.take("uribl", 1, noon));
}

TEST(ListAccount, gives_the_budget_and_no_more) {
    ListAccount account(std::nullopt, {{"surbl", 3}}, noon);
    EXPECT_TRUE(account.take("surbl", 2, noon));
    EXPECT_FALSE(account.take("surbl", 2, noon));
    EXPECT_TRUE(account.take("surbl", 1, noon));
    EXPECT_FALSE(account.take("surbl", 1, noon));
}

TEST_F(AccountFile, shares_the_budget_with_others_and_gives_back_what_is_left) {
    {
        ListAccount account(memory(), {{"surbl", 60}}, noon);
        EXPECT_TRUE(account.take("surbl", stock / 2, noon));
        auto others = memory();
        EXPECT_EQ(*others.take_budget("surbl", noon, 100, 60), 60 - ListAccount::stock_size);
        ASSERT_TRUE(others.return_budget("surbl", noon, 60 - ListAccount::stock_size));
    }
    EXPECT_EQ(*memory().take_budget("surbl", noon, 100, 60), 60 - ListAccount::stock_size / 2);
}

}  // namespace
}  // namespace postern::app
