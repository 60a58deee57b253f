// SPDX-License-Identifier: Apache-2.0
// Reads mail logs: named files (compressed or not), those that the system keeps, or its journal.
#pragma once

#include "evidence/mail_log.hpp"

#include <functional>
#include <string>
#include <vector>

namespace postern::app {

struct LogsRead {
    evidence::MailLogFindings findings;
    std::vector<std::string> sources;  ///< files read, or "the journal"
    std::vector<std::string> faults;   ///< "/var/log/mail.log: permission denied": one sentence each, the rest was read
};

/// Called now and then with the number of lines read.
using LogProgress = std::function<void(std::uint64_t lines)>;

/// Without `paths`, what the system keeps of the last 30 days.
[[nodiscard]] LogsRead read_logs(const std::vector<std::string>& paths, Instant now, const LogProgress& progress);

/// Every line of a file, compressed or not. Returns why it could not be read (to the end), or "".
[[nodiscard]] std::string each_log_line(const std::string& path, const std::function<void(std::string_view)>& take);

/// What this machine's local time is ahead of UTC.
[[nodiscard]] std::chrono::minutes local_zone(Instant now);

}  // namespace postern::app
