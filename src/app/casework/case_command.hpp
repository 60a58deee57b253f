// SPDX-License-Identifier: Apache-2.0
// `postern case`: cases are pages in the data directory, cases/ID.md.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_case_open(const Invocation& invocation);
[[nodiscard]] Exit run_case_evidence(const Invocation& invocation);
[[nodiscard]] Exit run_case_list(const Invocation& invocation);
[[nodiscard]] Exit run_case_show(const Invocation& invocation);
[[nodiscard]] Exit run_case_draft(const Invocation& invocation);
[[nodiscard]] Exit run_case_close(const Invocation& invocation);

}  // namespace postern::app
