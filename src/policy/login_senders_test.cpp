// SPDX-License-Identifier: Apache-2.0
#include "policy/login_senders.hpp"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

using Standing = LoginSenders::Standing;
using std::chrono::days;
using std::chrono::hours;

constexpr Instant start{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

MailAddress address(std::string_view text) { return *MailAddress::parse(text); }

/// anna, learnt with anna@example.com on three days and with sales@example.com on two.
LoginSenders learnt() {
    LoginSenders book;
    for (int day = 0; day < 3; ++day) book.learn("anna", address("anna@example.com"), start + days(day));
    for (int day = 0; day < 2; ++day) book.learn("anna", address("sales@example.com"), start + days(day));
    return book;
}

std::vector<std::string> addresses_of(const LoginSenders& book) {
    std::vector<std::string> out;
    for (const LoginSenders::Record& record : book.records())
        for (const LoginSenders::Address& one : record.addresses) out.push_back(one.address);
    return out;
}

/// anna, who has used `count` addresses, as many a day as are taken.
LoginSenders with_addresses(std::size_t count) {
    LoginSenders book;
    for (std::size_t i = 0; i < count; ++i)
        book.learn("anna", address("a" + std::to_string(i) + "@example.com"),
                   start + days(i / LoginSenders::max_new_in_day));
    return book;
}

TEST(LoginSenders, says_nothing_of_a_login_that_is_being_learnt) {
    LoginSenders book;
    EXPECT_EQ(book.standing("anna", address("other@example.com"), start), Standing::learning);
    book.learn("anna", address("other@example.com"), start);
    EXPECT_EQ(book.standing("anna", address("third@example.com"), start + days(13)), Standing::learning);
}

TEST(LoginSenders, knows_an_address_that_was_used_on_as_many_days_as_it_takes) {
    EXPECT_EQ(learnt().standing("anna", address("anna@example.com"), start + days(100)), Standing::usual);
    EXPECT_EQ(learnt().standing("anna", address("sales@example.com"), start + days(100)), Standing::unusual);
}

TEST(LoginSenders, does_not_learn_from_the_burst_of_one_day) {
    LoginSenders book = learnt();
    for (int i = 0; i < 1'000; ++i) book.learn("anna", address("ceo@example.com"), start + days(2) + hours(1));
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(20)), Standing::unusual);
}

TEST(LoginSenders, does_not_learn_from_a_burst_over_midnight) {
    LoginSenders book = learnt();
    for (int i = 0; i < 10; ++i) book.learn("anna", address("ceo@example.com"), start + days(3) - hours(5 - i));
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(20)), Standing::unusual);
}

TEST(LoginSenders, is_not_filled_with_a_thousand_addresses_in_a_day) {
    LoginSenders book = learnt();
    for (int i = 0; i < 1'000; ++i)
        book.learn("anna", address("x" + std::to_string(i) + "@example.com"), start + days(4));
    EXPECT_EQ(addresses_of(book).size(), 2 + LoginSenders::max_new_in_day);
    EXPECT_EQ(book.standing("anna", address("anna@example.com"), start + days(20)), Standing::usual);
    EXPECT_EQ(book.standing("anna", address("x0@example.com"), start + days(5)), Standing::learning);
}

TEST(LoginSenders, ends_learning_after_its_time) {
    const LoginSenders book = learnt();
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(14) - hours(1)), Standing::learning);
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(14)), Standing::unusual);
}

TEST(LoginSenders, goes_on_learning_a_login_that_is_hardly_used) {
    LoginSenders book;
    book.learn("anna", address("anna@example.com"), start);
    book.learn("anna", address("anna@example.com"), start + days(30));
    EXPECT_EQ(book.standing("anna", address("anna@example.com"), start + days(60)), Standing::learning);
    book.learn("anna", address("anna@example.com"), start + days(60));
    EXPECT_EQ(book.standing("anna", address("anna@example.com"), start + days(60)), Standing::usual);
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(60)), Standing::unusual);
}

TEST(LoginSenders, goes_by_the_time_and_days_it_is_told) {
    LoginSenders book({.mode = Mode::enforce, .time = days(2), .days = 1});
    book.learn("anna", address("anna@example.com"), start);
    EXPECT_EQ(book.standing("anna", address("anna@example.com"), start), Standing::usual);
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(1)), Standing::learning);
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(2)), Standing::unusual);
}

TEST(LoginSenders, cannot_be_taught_by_a_thief_afterwards) {
    LoginSenders book = learnt();
    for (int day = 20; day < 60; ++day) book.learn("anna", address("ceo@example.com"), start + days(day));
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(60)), Standing::unusual);
    EXPECT_EQ(book.standing("anna", address("sales@example.com"), start + days(60)), Standing::unusual);
}

TEST(LoginSenders, takes_a_persons_word_at_any_time) {
    LoginSenders book = learnt();
    EXPECT_TRUE(book.declare("ANNA", "Sales@Example.com", day_of(start + days(30))));
    EXPECT_EQ(book.standing("anna", address("sales@example.com"), start + days(30)), Standing::usual);
    book.forget("anna", "sales@example.com");
    EXPECT_EQ(book.standing("anna", address("sales@example.com"), start + days(30)), Standing::unusual);
    book.forget("anna", "");
    EXPECT_EQ(book.standing("anna", address("anna@example.com"), start + days(30)), Standing::learning);
}

TEST(LoginSenders, does_not_tell_capitals_apart) {
    EXPECT_EQ(learnt().standing("anna", address("ANNA@Example.COM"), start + days(30)), Standing::usual);
    EXPECT_EQ(learnt().standing("Anna", address("ceo@example.com"), start + days(30)), Standing::unusual);
}

TEST(LoginSenders, lets_anybody_send_bounces) {
    EXPECT_EQ(learnt().standing("anna", address("<>"), start + days(30)), Standing::usual);
}

TEST(LoginSenders, keeps_logins_apart) {
    LoginSenders book = learnt();
    for (int day = 0; day < 3; ++day) book.learn("bert", address("bert@example.com"), start + days(day));
    EXPECT_EQ(book.standing("bert", address("anna@example.com"), start + days(30)), Standing::unusual);
}

TEST(LoginSenders, remembers_as_many_addresses_as_the_limit) {
    const LoginSenders book = with_addresses(LoginSenders::max_addresses);
    EXPECT_EQ(addresses_of(book).size(), LoginSenders::max_addresses);
    EXPECT_EQ(book.standing("anna", address("b@example.com"), start), Standing::learning);
}

TEST(LoginSenders, names_a_login_with_more_addresses_than_the_limit) {
    const LoginSenders book = with_addresses(LoginSenders::max_addresses + 1);
    EXPECT_EQ(addresses_of(book).size(), LoginSenders::max_addresses);
    EXPECT_EQ(book.standing("anna", address("b@example.com"), start), Standing::too_many);
}

TEST(LoginSenders, makes_room_for_a_persons_word) {
    LoginSenders book = with_addresses(LoginSenders::max_addresses);
    EXPECT_TRUE(book.declare("anna", "sales@example.com", day_of(start)));
    EXPECT_EQ(addresses_of(book).size(), LoginSenders::max_addresses);
    EXPECT_EQ(book.standing("anna", address("sales@example.com"), start + days(30)), Standing::usual);
}

TEST(LoginSenders, takes_as_many_words_as_the_limit) {
    LoginSenders book;
    for (std::size_t i = 0; i < LoginSenders::max_addresses; ++i)
        EXPECT_TRUE(book.declare("anna", "a" + std::to_string(i) + "@example.com", 0));
    EXPECT_FALSE(book.declare("anna", "one-more@example.com", 0));
}

TEST(LoginSenders, learns_names_up_to_the_limit) {
    LoginSenders book;
    book.learn(std::string(LoginSenders::max_login, 'a'), address("a@example.com"), start);
    EXPECT_EQ(book.size(), 1U);
    book.learn(std::string(LoginSenders::max_login + 1, 'b'), address("a@example.com"), start);
    EXPECT_EQ(book.size(), 1U);
}

TEST(LoginSenders, forgets_the_login_that_was_silent_longest) {
    LoginSenders book;
    book.learn("oldest", address("o@example.com"), start - days(1));
    for (std::size_t i = 1; i < LoginSenders::max_logins; ++i)
        book.learn("u" + std::to_string(i), address("u@example.com"), start);
    EXPECT_EQ(book.size(), LoginSenders::max_logins);
    (void)book.take_changed();
    book.learn("one more", address("u@example.com"), start);
    EXPECT_EQ(book.size(), LoginSenders::max_logins);
    const LoginSenders::Changed changed = book.take_changed();
    EXPECT_EQ(changed.gone, std::vector<std::string>{"oldest"});
    ASSERT_EQ(changed.records.size(), 1U);
    EXPECT_EQ(changed.records.front().login, "one more");
}

TEST(LoginSenders, comes_back_from_the_store_as_it_was) {
    LoginSenders before = learnt(), after;
    (void)before.declare("anna", "pr@example.com", day_of(start + days(3)));
    after.restore(before.take_changed().records);
    EXPECT_EQ(after.records(), before.records());
    EXPECT_EQ(after.standing("anna", address("ceo@example.com"), start + days(14)), Standing::unusual);
}

TEST(LoginSenders, tells_each_change_once_unless_it_could_not_be_written) {
    LoginSenders book = learnt();
    const LoginSenders::Changed changed = book.take_changed();
    EXPECT_EQ(changed.records.size(), 1U);
    EXPECT_TRUE(book.take_changed().records.empty());
    book.learn("anna", address("anna@example.com"), start + days(2) + hours(3));  // of that day all is known
    EXPECT_TRUE(book.take_changed().records.empty());
    book.not_written(changed);
    EXPECT_EQ(book.take_changed().records.size(), 1U);
}

TEST(SendersOf, are_the_envelopes_and_all_authors_once) {
    const auto message = wire::parse_message("From: Anna <anna@example.com>, ceo@example.com\r\n\r\n");
    const auto found = senders_of(address("<anna@example.com>"), &*message);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].text(), "anna@example.com");
    EXPECT_EQ(found[1].text(), "ceo@example.com");
    EXPECT_TRUE(senders_of(address("<>"), nullptr).empty());
}

TEST(SendersOf, are_so_many_that_one_is_always_strange) {
    std::string header = "From: a@example.com";
    for (int i = 0; i < 100; ++i) header += ",\r\n a" + std::to_string(i) + "@example.com";
    const auto message = wire::parse_message(header + "\r\n\r\n");
    EXPECT_EQ(senders_of(address("<>"), &*message).size(), LoginSenders::max_addresses + 1);
}

std::vector<SenderStanding> standings(Standing first, Standing second) {
    return {{address("anna@example.com"), first}, {address("ceo@example.com"), second}};
}

TEST(JudgeLoginSenders, refuses_an_unusual_address_and_names_both) {
    Decision decision;
    judge_login_senders("anna", standings(Standing::usual, Standing::unusual), Mode::enforce, decision);
    ASSERT_NE(decision.deciding(), nullptr);
    EXPECT_EQ(decision.deciding()->code, "m5.sender.unusual");
    EXPECT_EQ(decision.deciding()->evidence, "anna as ceo@example.com");
}

TEST(JudgeLoginSenders, names_a_login_with_too_many) {
    Decision decision;
    judge_login_senders("anna", standings(Standing::too_many, Standing::too_many), Mode::enforce, decision);
    ASSERT_EQ(decision.findings().size(), 1U);
    EXPECT_EQ(decision.findings()[0].code, "m5.sender.too_many");
    EXPECT_EQ(decision.findings()[0].evidence, "anna as anna@example.com, ceo@example.com");
}

TEST(JudgeLoginSenders, only_notes_it_while_observing) {
    Decision decision;
    judge_login_senders("anna", standings(Standing::usual, Standing::unusual), Mode::observe, decision);
    EXPECT_EQ(decision.action(), Action::accept);
    ASSERT_EQ(decision.findings().size(), 1U);
    EXPECT_TRUE(decision.findings().front().would);
}

TEST(JudgeLoginSenders, has_nothing_to_say_while_learning) {
    Decision decision;
    judge_login_senders("anna", standings(Standing::learning, Standing::usual), Mode::enforce, decision);
    EXPECT_TRUE(decision.findings().empty());
}

struct Lesson {
    const char* name;
    const char* measure;
    Mode mode;
    Action action;
    bool teaches;
};
class Teaches : public testing::TestWithParam<Lesson> {};
TEST_P(Teaches, whom_nothing_speaks_against) {
    Decision decision;
    decision.add({.code = "x.y", .measure = GetParam().measure}, GetParam().mode, GetParam().action, "why");
    EXPECT_EQ(teaches(decision), GetParam().teaches);
}
INSTANTIATE_TEST_SUITE_P(Messages, Teaches,
                         testing::Values(Lesson{"virus", "M1", Mode::observe, Action::refuse, false},
                                         Lesson{"spam", "M3", Mode::observe, Action::tag, false},
                                         Lesson{"burst", "MC", Mode::observe, Action::accept, false},
                                         Lesson{"refused", "M6", Mode::enforce, Action::refuse, false},
                                         Lesson{"foreign_while_observed", "M6", Mode::observe, Action::refuse, true},
                                         Lesson{"held_for_its_header", "M5", Mode::enforce, Action::hold, true}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace postern::policy
