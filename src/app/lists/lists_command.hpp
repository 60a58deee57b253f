// SPDX-License-Identifier: Apache-2.0
// `postern lists`: from its options to a run and its report.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_lists(const Invocation& invocation);

}  // namespace postern::app
