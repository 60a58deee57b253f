// SPDX-License-Identifier: Apache-2.0
#include "app/probe/rates.hpp"

#include <gtest/gtest.h>

namespace postern::app::probe {
namespace {

using namespace std::chrono_literals;

const Rates::Clock::time_point begin = Rates::Clock::time_point{} + 100min;

TEST(Rates, give_each_place_its_share_of_a_minute) {
    Rates rates(2);
    EXPECT_TRUE(rates.take("a", begin));
    EXPECT_TRUE(rates.take("a", begin + 30s));
    EXPECT_FALSE(rates.take("a", begin + 59s));
    EXPECT_TRUE(rates.take("b", begin + 59s));
    EXPECT_TRUE(rates.take("a", begin + 60s));
}

TEST(Rates, tell_what_is_left_without_taking_it) {
    Rates rates(1);
    EXPECT_TRUE(rates.has("a", begin));
    EXPECT_TRUE(rates.has("a", begin));
    EXPECT_TRUE(rates.take("a", begin));
    EXPECT_FALSE(rates.has("a", begin));
    EXPECT_TRUE(rates.has("b", begin));
    EXPECT_TRUE(rates.has("a", begin + 1min));
}

TEST(Rates, count_places_beyond_their_bound_as_one) {
    Rates rates(1);
    for (std::size_t i = 0; i < Rates::max_places; ++i) EXPECT_TRUE(rates.take(std::to_string(i), begin));
    EXPECT_TRUE(rates.take("one more", begin));
    EXPECT_FALSE(rates.take("and another", begin));
    EXPECT_FALSE(rates.take("7", begin));
    EXPECT_TRUE(rates.take("and another", begin + 1min));
}

}  // namespace
}  // namespace postern::app::probe
