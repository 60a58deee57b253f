// SPDX-License-Identifier: Apache-2.0
#include "base/instant.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {
using namespace std::chrono_literals;

TEST(Instant, is_written_as_rfc3339_in_utc) {
    EXPECT_EQ(to_rfc3339(Instant{0ms}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(to_rfc3339(Instant{1'795'512'600'999ms}), "2026-11-24T09:30:00Z");
    EXPECT_EQ(to_date(Instant{1'795'512'600'999ms}), "2026-11-24");
}

TEST(Duration, is_a_whole_number_and_a_unit) {
    EXPECT_EQ(parse_duration("5s"), 5s);
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("3d"), 72h);
    EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(Duration, without_unit_or_beyond_the_range_is_refused) {
    for (const char* text : {"", "5", "s", "-5s", "5 s", "1.5h", "5sec", "9999999999999999d", "99999999999999999999s"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, is_written_in_its_largest_whole_unit) {
    EXPECT_EQ(to_string(24h), "1d");
    EXPECT_EQ(to_string(90s), "90s");
    EXPECT_EQ(to_string(0s), "0s");
    EXPECT_EQ(in_words(72h), "3 days");
    EXPECT_EQ(in_words(1h), "1 hour");
}

}  // namespace
}  // namespace postern
