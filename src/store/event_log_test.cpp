// SPDX-License-Identifier: Apache-2.0
#include "store/event_log.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace postern::store {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 12h};

class EventFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-events-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        log_ = *EventLog::open(
            {.path = path(), .now = [] { return noon; }, .new_id = [this] { return std::to_string(++ids_); }});
    }
    void TearDown() override {
        log_.reset();
        std::filesystem::remove_all(folder_);
    }
    [[nodiscard]] std::string path() const { return folder_ / "events.sqlite"; }
    [[nodiscard]] std::vector<EventRow> read(const EventFilter& filter) const {
        log_->flush();
        return EventReader::open(path())->query(filter).value();
    }

    std::filesystem::path folder_;
    std::unique_ptr<EventLog> log_;
    int ids_ = 0;
};

TEST_F(EventFile, finds_a_trapped_machine_under_each_of_its_addresses) {
    const json::array addresses{"10.0.0.7", "2001:db8:5::7"};
    log_->append({.kind = "trap.offender", .ip = "10.0.0.7", .details = {{"addresses", addresses}}});
    log_->append({.kind = "gate.message", .ip = "10.0.0.9", .details = {{"addresses", addresses}}});
    log_->append({.kind = "trap.offender", .ip = "10.0.0.8"});
    EXPECT_EQ(read({.ip = "10.0.0.7"}).size(), 1U);
    EXPECT_EQ(read({.ip = "2001:db8:5::7"}).size(), 1U);
    EXPECT_EQ(read({.ip = "2001:db8:5::"}).size(), 0U);
    EXPECT_EQ(EventReader::open(path())->forget({.ip = "2001:db8:5::7"}).value(), 1);
    EXPECT_EQ(read({}).size(), 2U);
}

TEST_F(EventFile, gives_the_oldest_of_many_to_who_follows_and_the_newest_to_others) {
    for (int i = 0; i < 5; ++i) log_->append({.kind = "trap.offender"});
    const auto newest = read({.most = 2}), oldest = read({.after_row = 1, .most = 2});
    ASSERT_EQ(newest.size(), 2U);
    ASSERT_EQ(oldest.size(), 2U);
    EXPECT_EQ(newest[1].row, 5);
    EXPECT_EQ(oldest[0].row, 2);
    EXPECT_EQ(oldest[1].row, 3);
}

TEST_F(EventFile, keeps_every_member) {
    Event event{.kind = "trap.offender",
                .measure = "M2",
                .severity = "incident",
                .verdict = "refuse",
                .rule = "m2.trap",
                .account = "anna",
                .ip = "10.0.0.7",
                .mac = "aa:bb:cc:dd:ee:ff",
                .host = "pc7",
                .sentence = "it\nmails",
                .would = true,
                .details = {{"count", 3}}};
    EXPECT_EQ(log_->append(event), "1");
    const auto rows = read({});
    ASSERT_EQ(rows.size(), 1U);
    const Event& seen = rows[0].event;
    EXPECT_EQ(seen.at, noon);
    EXPECT_EQ(seen.kind, "trap.offender");
    EXPECT_EQ(seen.mac, "aa:bb:cc:dd:ee:ff");
    EXPECT_EQ(seen.sentence, "it\nmails");
    EXPECT_TRUE(seen.would);
    EXPECT_EQ(seen.details.at("count").as_int64(), 3);
}

TEST_F(EventFile, filters_by_each_member) {
    log_->append({.at = noon - 2h, .kind = "trap.offender", .ip = "10.0.0.7"});
    log_->append({.at = noon - 1h, .kind = "gate.message", .verdict = "refuse", .account = "anna", .ip = "10.0.0.8"});
    log_->append(
        {.at = noon, .kind = "gate.message", .verdict = "accept", .account = "bert", .ip = "10.0.0.8", .would = true});
    EXPECT_EQ(read({.kind_prefix = "gate."}).size(), 2U);
    EXPECT_EQ(read({.ip = "10.0.0.7"}).size(), 1U);
    EXPECT_EQ(read({.account = "anna"}).size(), 1U);
    EXPECT_EQ(read({.verdict = "accept"}).size(), 1U);
    EXPECT_EQ(read({.would = true}).size(), 1U);
    EXPECT_EQ(read({.since = noon - 90min}).size(), 2U);
    EXPECT_EQ(read({.since = noon - 90min, .ip = "10.0.0.8", .would = false}).size(), 1U);
    EXPECT_EQ(read({.after_row = 2}).size(), 1U);
    EXPECT_EQ(read({.id = "2"}).size(), 1U);
}

TEST_F(EventFile, gives_the_newest_of_too_many_oldest_first) {
    for (int i = 0; i < 5; ++i) log_->append({.kind = std::to_string(i)});
    const auto rows = read({.most = 2});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].event.kind, "3");
    EXPECT_EQ(rows[1].event.kind, "4");
}

TEST_F(EventFile, a_text_from_outside_is_cut_and_cannot_leave_its_place) {
    log_->append({.account = std::string(5'000, 'a'), .sentence = "'); DROP TABLE event; --"});
    const auto rows = read({});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].event.account.size(), EventLog::max_text);
    EXPECT_EQ(rows[0].event.sentence, "'); DROP TABLE event; --");
}

TEST_F(EventFile, forgets_what_is_named_only) {
    log_->append({.ip = "10.0.0.7"});
    log_->append({.ip = "10.0.0.8"});
    log_->flush();
    EXPECT_EQ(EventReader::open(path())->forget({.ip = "10.0.0.7"}).value(), 1);
    EXPECT_EQ(read({}).size(), 1U);
}

TEST_F(EventFile, what_is_past_its_time_goes) {
    log_->append({.at = noon - std::chrono::days(31), .kind = "old"});
    log_->append({.kind = "new"});
    log_.reset();
    log_ = *EventLog::open(
        {.path = path(), .now = [] { return noon; }, .new_id = [this] { return std::to_string(++ids_); }});
    log_->append({.kind = "newer"});
    const auto rows = read({});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].event.kind, "new");
}

class AwayFile : public EventFile {
protected:
    /// The store's directory goes, and comes back.
    void take_away() { std::filesystem::rename(folder_, away()); }
    void bring_back() { std::filesystem::rename(away(), folder_); }
    [[nodiscard]] std::filesystem::path away() const { return folder_.string() + "-away"; }
    void until_failing(bool wanted) const {
        while (log_->failing() != wanted) std::this_thread::yield();
    }
};

TEST_F(AwayFile, events_wait_while_they_cannot_be_written) {
    take_away();
    log_->append({.kind = "gate.message"});
    until_failing(true);
    EXPECT_EQ(log_->lost(), 0U);
    bring_back();
    until_failing(false);
    ASSERT_EQ(read({}).size(), 1U);
    EXPECT_EQ(log_->written(), 1U);
}
TEST_F(AwayFile, what_finds_no_room_is_counted_and_told_once_writing_goes_on) {
    take_away();
    log_->append({.kind = "gate.message"});
    until_failing(true);
    for (std::size_t i = 0; i < EventLog::max_waiting + 9; ++i) log_->append({.kind = "gate.message"});
    const std::uint64_t lost = log_->lost();
    EXPECT_GE(lost, 9U);
    bring_back();
    until_failing(false);
    const auto told = read({.kind_prefix = "store."});
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].event.kind, "store.lost");
    EXPECT_EQ(log_->written(), EventLog::max_waiting + 10 - lost);
}
TEST_F(EventFile, a_file_that_is_taken_away_is_made_anew) {
    log_->append({.kind = "gate.message"});
    ASSERT_EQ(read({}).size(), 1U);
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path() + end);
    log_->append({.kind = "gate.message"});
    const auto rows = read({});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].event.id, "2");
}

}  // namespace
}  // namespace postern::store
