// SPDX-License-Identifier: Apache-2.0
// postern serve: the daemon.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_serve(const Invocation& invocation);

}  // namespace postern::app
