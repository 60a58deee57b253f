// SPDX-License-Identifier: Apache-2.0
#include "base/instant.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace postern {
namespace {

struct Unit {
    std::string_view suffix;
    std::string_view word;
    std::int64_t milliseconds;
};

constexpr std::array units{
    Unit{"d", "day", 86'400'000}, Unit{"h", "hour", 3'600'000}, Unit{"m", "minute", 60'000},
    Unit{"s", "second", 1'000},   Unit{"ms", "millisecond", 1},
};

/// The largest unit that divides the length without a rest.
const Unit& natural_unit(std::int64_t milliseconds) {
    for (const Unit& unit : units)
        if (milliseconds != 0 && milliseconds % unit.milliseconds == 0) return unit;
    return units[3];
}

}  // namespace

std::string to_date(Instant when) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(when)};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                       static_cast<unsigned>(day.day()));
}

std::string to_rfc3339(Instant when) {
    const auto midnight = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(when - midnight)};
    return fmt::format("{}T{:02}:{:02}:{:02}Z", to_date(when), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
    if (fault == std::errc{} && count >= 0)
        for (const Unit& unit : units)
            if (unit.suffix == suffix && count <= std::numeric_limits<std::int64_t>::max() / unit.milliseconds)
                return std::chrono::milliseconds{count * unit.milliseconds};
    return fail("duration.malformed", "a length of time is a whole number and a unit: 500ms, 5s, 30m, 24h or 3d");
}

std::string to_string(std::chrono::milliseconds length) {
    const Unit& unit = natural_unit(length.count());
    return fmt::format("{}{}", length.count() / unit.milliseconds, unit.suffix);
}

std::string in_words(std::chrono::milliseconds length) {
    const Unit& unit = natural_unit(length.count());
    const std::int64_t count = length.count() / unit.milliseconds;
    return fmt::format("{} {}{}", count, unit.word, count == 1 ? "" : "s");
}

}  // namespace postern
