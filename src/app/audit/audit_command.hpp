// SPDX-License-Identifier: Apache-2.0
// postern audit: collects evidence, judges it, reports.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

Exit run_audit(const Invocation& invocation);

}  // namespace postern::app
