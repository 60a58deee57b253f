// SPDX-License-Identifier: Apache-2.0
#include "evidence/log_clock.hpp"

#include <gtest/gtest.h>

namespace postern::evidence {
namespace {

using namespace std::chrono_literals;

const Instant noon = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)) + 12h;

/// The time that a clock one hour ahead of UTC takes off `line`, and what it leaves: "2026-11-24T08:30:00Z|host x".
std::string taken(std::string_view line) {
    LogClock clock(noon, 60min);
    const auto stamp = clock.take(line);
    return stamp ? to_rfc3339(stamp->at) + "|" + std::string(line) : "none";
}

TEST(LogClock, takes_each_form) {
    EXPECT_EQ(taken("Nov 24 09:30:00 host x"), "2026-11-24T08:30:00Z|host x");
    EXPECT_EQ(taken("2026-11-24T09:30:00.123456+02:00 host x"), "2026-11-24T07:30:00Z|host x");
    EXPECT_EQ(taken("2026-11-24 09:30:00 1abc <= x"), "2026-11-24T08:30:00Z|1abc <= x");
    EXPECT_EQ(taken("2026-11-24T09:30:00.123Z,x,y"), "2026-11-24T09:30:00Z|x,y");
    EXPECT_EQ(taken("[1795512600.123456]\t    [NEW] tcp"), "2026-11-24T09:30:00Z|[NEW] tcp");
}

TEST(LogClock, gives_a_time_without_year_the_latest_that_is_past) {
    EXPECT_EQ(taken("Dec 31 23:00:00 host x"), "2025-12-31T22:00:00Z|host x");
    EXPECT_EQ(taken("Feb 29 09:30:00 host x"), "2024-02-29T08:30:00Z|host x");
}

TEST(LogClock, takes_nothing_for_a_time_that_is_none) {
    for (const char* line : {"", "[12345.678901] kernel: x", "[1795512600x123456] tcp", "Foo 24 09:30:00 host",
                             "Feb 30 09:30:00 host", "2026-13-24T09:30:00Z x", "2026-11-24T29:30:00Z xxxx"})
        EXPECT_EQ(taken(line), "none") << line;
}

}  // namespace
}  // namespace postern::evidence
