// SPDX-License-Identifier: Apache-2.0
// postern masquerade: what the masquerade would change in the mail that the gate saw, and a person's word on it.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_masquerade(const Invocation& invocation);

}  // namespace postern::app
