// SPDX-License-Identifier: Apache-2.0
// From lines of a router's log to attempts of offenders: for files, for syslog, and for the daemon.
#pragma once

#include "base/network.hpp"
#include "egress/offender_book.hpp"
#include "evidence/log_clock.hpp"

#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace postern::app {

class DenyLog {
public:
    struct Options {
        std::set<std::uint16_t> ports{25};
        std::vector<Network> mail_servers;  ///< may send: passed over
        bool live = false;                  ///< lines are of now, whatever the router's clock says
    };

    /// `zone`: what times without one are ahead of UTC.
    DenyLog(Options options, Instant now, std::chrono::minutes zone)
        : options_(std::move(options)), clock_(now, zone) {}

    /// Who tried, if the line tells of an attempt; it is noted in `book`. `otherwise`: its time, if it has none.
    std::optional<IpAddress> take(std::string_view line, Instant otherwise, egress::OffenderBook& book);

private:
    Options options_;
    evidence::LogClock clock_;
};

}  // namespace postern::app
