// SPDX-License-Identifier: Apache-2.0
#include "store/masquerade_rows.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace postern::store {
namespace {

constexpr Instant noon{std::chrono::milliseconds{1'795'608'000'000}};

class MasqueradeFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-masquerade-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] MasqueradeRows open() const { return *MasqueradeRows::open(folder_ / "gate.sqlite"); }
    std::filesystem::path folder_;
};

MasqueradeRow row(const std::string& from, std::int64_t messages) {
    return {from, "a@example.com", "example.com", "from envelope", messages, 1, 2, noon, noon, "anna"};
}

TEST_F(MasqueradeFile, keeps_the_last_word_of_each_address_and_the_sums) {
    MasqueradeRows rows = open();
    EXPECT_EQ(*rows.totals(), MasqueradeTotals{});
    ASSERT_TRUE(rows.save({row("a@pc1.example.com", 1), row("a@pc2.example.com", 1)}, {}, {9, 2, 0, 0, noon}));
    ASSERT_TRUE(
        rows.save({row("a@pc1.example.com", 5)}, {{"a@pc2.example.com", "a@example.com"}}, {10, 3, 1, 1, noon}));
    EXPECT_EQ(*open().load(), std::vector<MasqueradeRow>{row("a@pc1.example.com", 5)});
    EXPECT_EQ(*open().totals(), (MasqueradeTotals{10, 3, 1, 1, noon}));
}

TEST_F(MasqueradeFile, keeps_what_was_confirmed_until_it_is_taken_back) {
    MasqueradeRows rows = open();
    const std::vector<MasqueradeConfirmation> one{{"example.com", "3f9a", noon}}, two{{"example.net", "77aa", noon}};
    ASSERT_TRUE(rows.confirm(one));
    EXPECT_EQ(*open().confirmed(), one);
    ASSERT_TRUE(rows.confirm(two));
    EXPECT_EQ(*open().confirmed(), two);
    ASSERT_TRUE(rows.confirm({}));
    EXPECT_TRUE(open().confirmed()->empty());
}

}  // namespace
}  // namespace postern::store
