// SPDX-License-Identifier: Apache-2.0
// postern probe: the far end of tests that need one.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

Exit run_probe(const Invocation& invocation);

}  // namespace postern::app
