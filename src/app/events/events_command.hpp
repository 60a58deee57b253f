// SPDX-License-Identifier: Apache-2.0
// postern events: what the daemon decided and noticed.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_events(const Invocation& invocation);

}  // namespace postern::app
