// SPDX-License-Identifier: Apache-2.0
#include "net/deadline.hpp"
#include "net/task_group.hpp"

#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace postern::net {
namespace {

Task<> count(int& counter) {
    ++counter;
    co_return;
}

Task<> fail_with(std::string what) {
    throw std::runtime_error(what);
    co_return;
}

Task<> wait_for_ever(Executor executor, bool& ended) {
    Timer timer(executor, Clock::time_point::max());
    const auto [fault] = co_await timer.async_wait(as_values);
    ended = static_cast<bool>(fault);
}

Task<int> seven() { co_return 7; }

Task<int> never(Executor executor) {
    Timer timer(executor, Clock::time_point::max());
    co_await timer.async_wait(as_values);
    co_return 0;
}

struct Escaped {
    std::vector<std::string> tasks;
    TaskGroup::OnEscape record() {
        return [this](std::string_view task, const std::exception_ptr&) { tasks.emplace_back(task); };
    }
};

Task<> spawn_two(Executor executor, Escaped& escaped, int& counter) {
    TaskGroup group(executor, escaped.record());
    group.spawn("one", count(counter));
    group.spawn("two", count(counter));
    co_await group.join();
    EXPECT_EQ(counter, 2);
    EXPECT_EQ(group.running(), 0U);
}

TEST(TaskGroup, joins_when_the_last_task_ended) {
    Loop loop;
    Escaped escaped;
    int counter = 0;
    loop.run(spawn_two(loop.executor(), escaped, counter));
    EXPECT_EQ(counter, 2);
    EXPECT_TRUE(escaped.tasks.empty());
}

Task<> spawn_failing(Executor executor, Escaped& escaped) {
    TaskGroup group(executor, escaped.record());
    group.spawn("broken", fail_with("x"));
    co_await group.join();
}

TEST(TaskGroup, reports_what_escapes_a_task_by_its_name) {
    Loop loop;
    Escaped escaped;
    loop.run(spawn_failing(loop.executor(), escaped));
    EXPECT_EQ(escaped.tasks, std::vector<std::string>{"broken"});
}

Task<> spawn_and_cancel(Executor executor, Escaped& escaped, bool& ended) {
    TaskGroup group(executor, escaped.record());
    group.spawn("waiting", wait_for_ever(executor, ended));
    co_await asio::post(executor, asio::use_awaitable_t<Executor>{});
    group.cancel();
    co_await group.join();
}

TEST(TaskGroup, cancels_what_waits_and_reports_no_fault) {
    Loop loop;
    Escaped escaped;
    bool ended = false;
    loop.run(spawn_and_cancel(loop.executor(), escaped, ended));
    EXPECT_TRUE(ended);
    EXPECT_TRUE(escaped.tasks.empty());
}

Task<> hold_against_deadlines(Executor executor, std::optional<int>& in_time, std::optional<int>& late) {
    in_time = co_await with_deadline(seven(), Clock::time_point::max());
    late = co_await with_deadline(never(executor), Clock::now());
}

TEST(Deadline, gives_the_value_or_nothing_and_the_caller_goes_on) {
    Loop loop;
    std::optional<int> in_time, late = 1;
    loop.run(hold_against_deadlines(loop.executor(), in_time, late));
    EXPECT_EQ(in_time, 7);
    EXPECT_EQ(late, std::nullopt);
}

TEST(Loop, throws_what_its_main_task_throws) {
    Loop loop;
    EXPECT_THROW(loop.run(fail_with("x")), std::runtime_error);
}

}  // namespace
}  // namespace postern::net
