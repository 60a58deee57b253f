// SPDX-License-Identifier: Apache-2.0
// The time in front of a log line, in the forms that logs of mail and connections have.
//
//     Nov 24 09:30:00 host ...                      syslog of old: no year, local time
//     2026-11-24T09:30:00.123456+01:00 host ...     rsyslog today, journalctl short-iso
//     2026-11-24 09:30:00 ...                       Exim's main log: local time
//     2026-11-24T09:30:00.123Z,...                  Exchange
//     [1795512600.123456] ...                       conntrack -E -o timestamp: seconds since 1970
//
// A line's minute is usually that of the line before, so it is computed once.
#pragma once

#include "base/instant.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace postern::evidence {

class LogClock {
public:
    /// `now` gives the year to times without one: the latest that is not in the future. `zone` is what local times are ahead of UTC.
    LogClock(Instant now, std::chrono::minutes zone) : now_(now), zone_(zone) {}

    enum class Form : std::uint8_t { syslog, iso, exim, epoch };
    struct Stamp {
        Instant at;
        Form form;
    };
    /// Takes the time and the blank behind it off the front of `line`; nothing: there is none.
    [[nodiscard]] std::optional<Stamp> take(std::string_view& line);

private:
    [[nodiscard]] std::optional<Stamp> take_syslog(std::string_view& line);
    [[nodiscard]] std::optional<Stamp> take_iso(std::string_view& line);
    [[nodiscard]] static std::optional<Stamp> take_epoch(std::string_view& line);

    Instant now_;
    std::chrono::minutes zone_;
    std::array<char, 16> minute_text_{};  // as in the last line
    std::size_t minute_size_ = 0;
    Instant minute_{};
};

}  // namespace postern::evidence
