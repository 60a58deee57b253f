// SPDX-License-Identifier: Apache-2.0
// The one line that weighs a subject's rows: what most receivers look at first, the rest as a number.
#pragma once

#include "app/lists/report.hpp"

namespace postern::app {

/// "203.0.113.7: tier 1: listed on Spamhaus XBL, nothing unknown; minor lists: 1"; what no list answered for is said as such.
[[nodiscard]] std::string weight_line(const SubjectReport& report);

}  // namespace postern::app
