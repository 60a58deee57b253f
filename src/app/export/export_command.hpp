// SPDX-License-Identifier: Apache-2.0
// postern export: what is run elsewhere to gather evidence.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

Exit run_export_exchange_script(const Invocation& invocation);

}  // namespace postern::app
