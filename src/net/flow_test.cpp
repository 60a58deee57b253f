// SPDX-License-Identifier: Apache-2.0
#include "net/flow.hpp"

#include <gtest/gtest.h>

namespace postern::net {
namespace {
using namespace std::chrono_literals;

TEST(Flow, grows_by_one_an_answer_while_nothing_is_lost) {
    Flow flow;
    for (int i = 0; i < 10; ++i) flow.answered(1ms, true);
    EXPECT_EQ(flow.window(), Flow::first_window + 10);
}

TEST(Flow, halves_once_for_losses_of_one_round_trip) {
    Flow flow;
    const Flow::Clock::time_point now = Flow::Clock::time_point{} + 1h;
    flow.lost(now);
    flow.lost(now + 1ms);
    EXPECT_EQ(flow.window(), Flow::first_window / 2);
    flow.lost(now + 2s);
    EXPECT_EQ(flow.window(), Flow::first_window / 4);
}

TEST(Flow, grows_by_one_a_window_after_a_loss) {
    Flow flow;
    flow.lost(Flow::Clock::time_point{} + 1h);
    for (std::size_t i = 0; i < Flow::first_window / 2; ++i) flow.answered(1ms, false);
    EXPECT_EQ(flow.window(), Flow::first_window / 2 + 1);
}

TEST(Flow, stays_within_its_bounds) {
    Flow flow;
    for (std::size_t i = 0; i < 3 * Flow::last_window; ++i) flow.answered(1ms, false);
    EXPECT_EQ(flow.window(), Flow::last_window);
    for (int i = 0; i < 20; ++i) flow.lost(Flow::Clock::time_point{} + i * 2h);
    EXPECT_EQ(flow.window(), Flow::least_window);
}

TEST(Flow, waits_as_long_as_the_server_is_known_to_take) {
    Flow flow;
    EXPECT_EQ(flow.patience(), Flow::first_patience);
    flow.answered(1ms, true);
    EXPECT_EQ(flow.patience(), Flow::least_patience);
    for (int i = 0; i < 50; ++i) flow.answered(700ms, true);
    EXPECT_GT(flow.patience(), 600ms);
    EXPECT_LE(flow.patience(), Flow::most_patience);
}

}  // namespace
}  // namespace postern::net
