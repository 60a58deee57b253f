// SPDX-License-Identifier: Apache-2.0
// postern trap list|show|forget, and --syslog
#pragma once

#include "app/cli/command.hpp"
#include "egress/offender.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::app {

[[nodiscard]] Exit run_trap_list(const Invocation& invocation);
[[nodiscard]] Exit run_trap_show(const Invocation& invocation);
[[nodiscard]] Exit run_trap_forget(const Invocation& invocation);
[[nodiscard]] Exit run_trap_syslog(const Invocation& invocation);

/// The record in `data_dir` as `trap list --format json` writes it; nothing: no trap has run there, or it cannot be read.
[[nodiscard]] std::optional<std::string> trap_document(const std::string& data_dir);

/// A table of offenders, the latest first; the whole record of one. Escaped.
[[nodiscard]] std::string offender_lines(const std::vector<egress::Offender>& offenders);
[[nodiscard]] std::string offender_page(const egress::Offender& offender);

}  // namespace postern::app
