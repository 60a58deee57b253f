// SPDX-License-Identifier: Apache-2.0
#include "gate/engine_watch.hpp"

#include <gtest/gtest.h>

namespace postern::gate {
namespace {

using namespace std::chrono_literals;
using Turn = EngineWatch::Turn;

constexpr EngineWatch::Time start{1h};

TEST(EngineWatch, says_nothing_of_an_engine_that_answers) {
    EngineWatch watch(5min);
    EXPECT_EQ(watch.answered(), Turn::none);
    EXPECT_FALSE(watch.silent());
}

TEST(EngineWatch, tells_the_first_silence_once) {
    EngineWatch watch(5min);
    EXPECT_EQ(watch.unanswered(start, start + 10s), Turn::silent);
    EXPECT_EQ(watch.unanswered(start + 10s, start + 20s), Turn::none);
    EXPECT_TRUE(watch.silent());
    EXPECT_FALSE(watch.alarmed());
}

TEST(EngineWatch, is_quiet_just_before_the_limit_and_alarmed_at_it) {
    EngineWatch watch(5min);
    EXPECT_EQ(watch.unanswered(start, start + 10s), Turn::silent);
    EXPECT_EQ(watch.unanswered(start + 290s, start + 5min - 1ms), Turn::none);
    EXPECT_EQ(watch.unanswered(start + 290s, start + 5min), Turn::alarmed);
    EXPECT_EQ(watch.unanswered(start + 300s, start + 1h), Turn::none);
    EXPECT_TRUE(watch.alarmed());
}

TEST(EngineWatch, counts_from_when_the_first_question_began) {
    EngineWatch watch(1min);
    EXPECT_EQ(watch.unanswered(start, start + 90s), Turn::alarmed);
    EXPECT_EQ(watch.silent_since(), start);
}

TEST(EngineWatch, begins_anew_after_one_good_answer) {
    EngineWatch watch(5min);
    EXPECT_EQ(watch.unanswered(start, start + 10s), Turn::silent);
    EXPECT_EQ(watch.answered(), Turn::back);
    EXPECT_EQ(watch.unanswered(start + 5min, start + 5min + 10s), Turn::silent);
    EXPECT_FALSE(watch.alarmed());
}

TEST(EngineWatch, clears_an_alarm_once) {
    EngineWatch watch(5min);
    EXPECT_EQ(watch.unanswered(start, start + 5min), Turn::alarmed);
    EXPECT_EQ(watch.answered(), Turn::cleared);
    EXPECT_EQ(watch.answered(), Turn::none);
    EXPECT_FALSE(watch.alarmed());
}

}  // namespace
}  // namespace postern::gate
