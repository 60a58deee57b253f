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

/// anna, learnt with anna@example.com on two days.
LoginSenders learnt() {
    LoginSenders book;
    (void)book.see("anna", address("anna@example.com"), start);
    (void)book.see("anna", address("anna@example.com"), start + days(1));
    return book;
}

/// anna, who has used `count` addresses.
LoginSenders with_addresses(std::size_t count) {
    LoginSenders book;
    for (std::size_t i = 0; i < count; ++i)
        (void)book.see("anna", address("a" + std::to_string(i) + "@example.com"), start);
    return book;
}

TEST(LoginSenders, says_nothing_of_a_login_that_is_being_learnt) {
    LoginSenders book;
    EXPECT_EQ(book.see("anna", address("other@example.com"), start), Standing::learning);
    EXPECT_EQ(book.see("anna", address("third@example.com"), start + days(13)), Standing::learning);
}

TEST(LoginSenders, knows_an_address_that_was_used_on_two_days) {
    EXPECT_EQ(learnt().standing("anna", address("anna@example.com"), start + days(100)), Standing::usual);
}

TEST(LoginSenders, does_not_learn_from_the_burst_of_one_day) {
    LoginSenders book = learnt();
    for (int i = 0; i < 100; ++i) (void)book.see("anna", address("ceo@example.com"), start + days(2) + hours(1));
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(20)), Standing::unusual);
}

TEST(LoginSenders, ends_learning_after_its_time) {
    const LoginSenders book = learnt();
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(14) - hours(1)), Standing::learning);
    EXPECT_EQ(book.standing("anna", address("ceo@example.com"), start + days(14)), Standing::unusual);
}

TEST(LoginSenders, cannot_be_taught_by_a_thief_afterwards) {
    LoginSenders book = learnt();
    (void)book.see("anna", address("ceo@example.com"), start + days(20));
    EXPECT_EQ(book.see("anna", address("ceo@example.com"), start + days(21)), Standing::unusual);
    EXPECT_EQ(book.see("anna", address("ceo@example.com"), start + days(40)), Standing::unusual);
}

TEST(LoginSenders, takes_a_persons_word_at_any_time) {
    LoginSenders book = learnt();
    book.declare("anna", address("sales@example.com"), start + days(30));
    EXPECT_EQ(book.standing("anna", address("sales@example.com"), start + days(30)), Standing::usual);
}

TEST(LoginSenders, does_not_tell_capitals_apart) {
    EXPECT_EQ(learnt().standing("anna", address("ANNA@Example.COM"), start + days(30)), Standing::usual);
}

TEST(LoginSenders, lets_anybody_send_bounces) {
    EXPECT_EQ(learnt().standing("anna", address("<>"), start + days(30)), Standing::usual);
}

TEST(LoginSenders, keeps_logins_apart) {
    LoginSenders book = learnt();
    (void)book.see("bert", address("bert@example.com"), start);
    EXPECT_EQ(book.standing("bert", address("anna@example.com"), start + days(30)), Standing::unusual);
}

TEST(LoginSenders, remembers_as_many_addresses_as_the_limit) {
    const LoginSenders book = with_addresses(LoginSenders::max_addresses);
    EXPECT_EQ(book.entries().size(), LoginSenders::max_addresses);
    EXPECT_EQ(book.standing("anna", address("b@example.com"), start), Standing::learning);
}

TEST(LoginSenders, names_a_login_with_more_addresses_than_the_limit) {
    const LoginSenders book = with_addresses(LoginSenders::max_addresses + 1);
    EXPECT_EQ(book.entries().size(), LoginSenders::max_addresses);
    EXPECT_EQ(book.standing("anna", address("b@example.com"), start), Standing::too_many);
}

TEST(LoginSenders, makes_room_for_a_persons_word) {
    LoginSenders book = with_addresses(LoginSenders::max_addresses);
    book.declare("anna", address("sales@example.com"), start);
    EXPECT_EQ(book.entries().size(), LoginSenders::max_addresses);
    EXPECT_EQ(book.standing("anna", address("sales@example.com"), start + days(30)), Standing::usual);
}

TEST(LoginSenders, forgets_the_login_that_was_silent_longest) {
    LoginSenders book;
    (void)book.see("oldest", address("o@example.com"), start - days(1));
    for (std::size_t i = 1; i < LoginSenders::max_logins; ++i)
        (void)book.see("u" + std::to_string(i), address("u@example.com"), start);
    EXPECT_EQ(book.size(), LoginSenders::max_logins);
    EXPECT_EQ(book.standing("oldest", address("x@example.com"), start + days(30)), Standing::unusual);
    (void)book.see("one more", address("u@example.com"), start);
    EXPECT_EQ(book.size(), LoginSenders::max_logins);
    EXPECT_EQ(book.standing("oldest", address("x@example.com"), start + days(30)), Standing::learning);
}

TEST(LoginSenders, comes_back_from_the_store_as_it_was) {
    LoginSenders before = learnt(), after;
    before.declare("anna", address("sales@example.com"), start + days(3));
    after.restore(before.entries());
    EXPECT_EQ(after.entries(), before.entries());
    EXPECT_EQ(after.standing("anna", address("ceo@example.com"), start + days(14)), Standing::unusual);
}

TEST(JudgeLoginSender, refuses_an_unusual_address_and_names_both) {
    Decision decision;
    judge_login_sender("anna", address("ceo@example.com"), Standing::unusual, Mode::enforce, decision);
    ASSERT_NE(decision.deciding(), nullptr);
    EXPECT_EQ(decision.deciding()->code, "m5.sender.unusual");
    EXPECT_EQ(decision.deciding()->evidence, "anna as ceo@example.com");
}

TEST(JudgeLoginSender, only_notes_it_while_observing) {
    Decision decision;
    judge_login_sender("anna", address("ceo@example.com"), Standing::unusual, Mode::observe, decision);
    EXPECT_EQ(decision.action(), Action::accept);
    ASSERT_EQ(decision.findings().size(), 1U);
    EXPECT_TRUE(decision.findings().front().would);
}

TEST(JudgeLoginSender, has_nothing_to_say_while_learning) {
    Decision decision;
    judge_login_sender("anna", address("ceo@example.com"), Standing::learning, Mode::enforce, decision);
    EXPECT_TRUE(decision.findings().empty());
}

}  // namespace
}  // namespace postern::policy
