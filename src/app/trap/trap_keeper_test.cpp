// SPDX-License-Identifier: Apache-2.0
// The keeper with a database that another connection breaks and mends.
#include "app/trap/trap_keeper.hpp"

#include "store/database.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>

namespace postern::app {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon{1'795'608'000'000ms};

store::OffenderRow row(std::string address, Instant last = noon, std::string document = "{}") {
    return {.address = std::move(address), .last = last, .told = {}, .document = std::move(document)};
}

class Kept : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-keeper-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    store::OffenderRows open() { return *store::OffenderRows::open(trap_file(folder_)); }
    std::set<std::string> addresses() {
        std::set<std::string> out;
        const auto rows = open().load(100);
        if (!rows) return {"unreadable"};
        for (const store::OffenderRow& one : *rows) out.insert(one.address);
        return out;
    }
    void run_sql(const char* text) { ASSERT_TRUE(store::Database::open(trap_file(folder_))->run(text)); }
    TrapKeeper::Hooks hooks() {
        return {.forget = [this](const std::string& address) { forgotten_.insert(address); },
                .fault = [this](const std::string& why) { said_.set_value(why); }};
    }
    /// The keeper's next word on its disk.
    std::string next_word() {
        auto word = said_.get_future();
        const std::string out = word.wait_for(10s) == std::future_status::ready ? word.get() : "nothing was said";
        said_ = {};
        return out;
    }

    std::string folder_;
    std::set<std::string> forgotten_;  // of the keeper's thread; read when it has ended
    std::promise<std::string> said_;
};

TEST_F(Kept, rows_are_written_before_the_end_and_removed_ones_go) {
    {
        TrapKeeper keeper(open(), {}, 24h, hooks());
        keeper.save({row("10.0.0.7"), row("10.0.0.8")}, noon);
        keeper.remove({"10.0.0.8", "10.0.0.99"});
    }
    EXPECT_EQ(addresses(), std::set<std::string>{"10.0.0.7"});
    {
        TrapKeeper keeper(open(), {"10.0.0.7"}, 24h, hooks());
        keeper.remove({"10.0.0.7"});
    }
    EXPECT_EQ(addresses(), std::set<std::string>{});
}

TEST_F(Kept, rows_older_than_their_time_go_and_the_time_can_change) {
    {
        TrapKeeper keeper(open(), {}, 48h, hooks());
        keeper.save({row("10.0.0.7", noon - 47h), row("10.0.0.8", noon - 49h), row("10.0.0.9", noon)}, noon);
    }
    EXPECT_EQ(addresses(), (std::set<std::string>{"10.0.0.7", "10.0.0.9"}));
    {
        TrapKeeper keeper(open(), {"10.0.0.7", "10.0.0.9"}, 48h, hooks());
        keeper.keep_for(24h);
        keeper.save({}, noon);
    }
    EXPECT_EQ(addresses(), std::set<std::string>{"10.0.0.9"});
}

TEST_F(Kept, wishes_to_forget_come_back) {
    {
        TrapKeeper keeper(open(), {}, 24h, hooks());
        keeper.save({row("10.0.0.7")}, noon);
    }
    EXPECT_EQ(open().forget("10.0.0.7"), true);
    {
        TrapKeeper keeper(open(), {"10.0.0.7"}, 24h, hooks());
        keeper.save({}, noon);
    }
    EXPECT_EQ(forgotten_, std::set<std::string>{"10.0.0.7"});
}

TEST_F(Kept, a_disk_that_fails_is_told_of_once_and_what_it_did_not_take_is_written_when_it_works_again) {
    auto rows = open();
    run_sql("ALTER TABLE offender RENAME TO elsewhere");
    {
        TrapKeeper keeper(std::move(rows), {}, 24h, hooks());
        keeper.save({row("10.0.0.7"), row("10.0.0.8")}, noon);
        EXPECT_NE(next_word().find("no such table"), std::string::npos);
        keeper.save({row("10.0.0.9")}, noon);  // a second fault: not said again, or the promise would be broken
        keeper.remove({"10.0.0.8"});
        run_sql("ALTER TABLE elsewhere RENAME TO offender");
        keeper.save({}, noon);
        EXPECT_EQ(next_word(), "");
    }
    EXPECT_EQ(addresses(), (std::set<std::string>{"10.0.0.7", "10.0.0.9"}));
}

TEST(OffenderDocument, holds_what_people_were_told) {
    egress::Offender offender;
    offender.address = *IpAddress::parse("10.0.0.7");
    offender.attempts = 9;
    const auto document = json::parse(offender_document(offender, {.at = noon, .attempts = 7}));
    ASSERT_TRUE(document);
    EXPECT_EQ(read_told(*document, noon).attempts, 7U);
    EXPECT_EQ(read_told(*document, std::nullopt).attempts, 0U);
    EXPECT_EQ(read_told(json::object{}, noon).attempts, 0U);
}

}  // namespace
}  // namespace postern::app
