// SPDX-License-Identifier: Apache-2.0
#include "evidence/log_clock.hpp"

#include <algorithm>
#include <charconv>

namespace postern::evidence {
namespace {

using namespace std::chrono;

/// -1: not digits.
int number(std::string_view text) {
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return text.empty() ? -1 : value;
}

std::optional<Instant> at(int y, int m, int d, int hour, int minute) {
    const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
    if (m < 1 || d < 1 || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
    return Instant(sys_days(date)) + hours(hour) + minutes(minute);
}

}  // namespace

std::optional<LogClock::Stamp> LogClock::take(std::string_view& line) {
    if (line.size() < 17) return std::nullopt;
    if (line[0] == '[') return take_epoch(line);
    return line[0] >= '0' && line[0] <= '9' ? take_iso(line) : take_syslog(line);
}

std::optional<LogClock::Stamp> LogClock::take_epoch(std::string_view& line) {
    constexpr std::size_t digits = 10;  // until the year 2286; a kernel's seconds since boot have fewer
    const auto end = line.find(']');
    std::int64_t value = 0;
    const char* const first = line.data() + 1;
    const auto [stop, fault] = std::from_chars(first, first + digits, value);
    if (end == line.npos || fault != std::errc{} || stop != first + digits || (*stop != '.' && *stop != ']'))
        return std::nullopt;
    line.remove_prefix(end + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return Stamp{Instant(seconds(value)), Form::epoch};
}

std::optional<LogClock::Stamp> LogClock::take_syslog(std::string_view& line) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const std::string_view minute_text = line.substr(0, 12);  // "Nov 24 09:30"
    const int second = number(line.substr(13, 2));
    if (line[12] != ':' || line[15] != ' ' || second < 0) return std::nullopt;
    if (minute_text != std::string_view(minute_text_.data(), minute_size_)) {
        const auto month_at = months.find(line.substr(0, 3));
        const std::string_view day_text = line.substr(line[4] == ' ' ? 5 : 4, line[4] == ' ' ? 1 : 2);
        if (month_at == months.npos || month_at % 3 != 0) return std::nullopt;
        const year_month_day today(floor<days>(now_));
        std::optional<Instant> found;
        for (int y = static_cast<int>(today.year()); !found || *found - zone_ > now_ + hours(24); --y) {
            found = at(y, static_cast<int>(month_at / 3) + 1, number(day_text), number(line.substr(7, 2)),
                       number(line.substr(10, 2)));
            if (!found && y < static_cast<int>(today.year()) - 4)
                return std::nullopt;  // no such date, not even in a leap year
            if (!found) continue;
        }
        minute_ = *found - zone_;
        minute_size_ = minute_text.size();
        std::ranges::copy(minute_text, minute_text_.begin());
    }
    line.remove_prefix(16);
    return Stamp{minute_ + seconds(second), Form::syslog};
}

std::optional<LogClock::Stamp> LogClock::take_iso(std::string_view& line) {
    const std::string_view minute_text = line.substr(0, 16);  // "2026-11-24T09:30"
    const bool exim = line[10] == ' ';
    if (line[4] != '-' || line[7] != '-' || (!exim && line[10] != 'T') || line.size() < 20 || line[16] != ':')
        return std::nullopt;
    const int second = number(line.substr(17, 2));
    if (second < 0) return std::nullopt;
    const auto end = std::min(line.find_first_of(" ,", 19), line.size());
    const std::string_view rest = line.substr(19, end - 19);  // ".123456+01:00", "Z", ""
    if (minute_text != std::string_view(minute_text_.data(), minute_size_)) {
        const auto found = at(number(line.substr(0, 4)), number(line.substr(5, 2)), number(line.substr(8, 2)),
                              number(line.substr(11, 2)), number(line.substr(14, 2)));
        if (!found) return std::nullopt;
        minutes ahead = zone_;
        if (const auto sign = rest.find_first_of("+-"); sign != rest.npos) {
            std::string digits;
            for (const char c : rest.substr(sign + 1))
                if (c != ':') digits += c;
            const int value = digits.size() == 4 ? number(digits) : -1;
            if (value < 0) return std::nullopt;
            ahead = minutes(value / 100 * 60 + value % 100) * (rest[sign] == '-' ? -1 : 1);
        } else if (rest.ends_with('Z')) {
            ahead = minutes(0);
        }
        minute_ = *found - ahead;
        minute_size_ = minute_text.size();
        std::ranges::copy(minute_text, minute_text_.begin());
    }
    line.remove_prefix(std::min(end + 1, line.size()));
    return Stamp{minute_ + seconds(second), exim ? Form::exim : Form::iso};
}

}  // namespace postern::evidence
