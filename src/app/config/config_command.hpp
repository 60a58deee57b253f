// SPDX-License-Identifier: Apache-2.0
// `postern config check|example` and the hidden `postern generate`, which writes what the package installs.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_config_check(const Invocation& invocation);
[[nodiscard]] Exit run_config_example(const Invocation& invocation);
[[nodiscard]] Exit run_generate(const Invocation& invocation);

}  // namespace postern::app
