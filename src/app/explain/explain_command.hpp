// SPDX-License-Identifier: Apache-2.0
// `postern explain ZONE`: what the catalogue knows of a list.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_explain(const Invocation& invocation);

}  // namespace postern::app
