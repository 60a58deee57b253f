// SPDX-License-Identifier: Apache-2.0
// postern logins list, allow, forget: which login sends under which addresses, as the gate learnt it and as a person says.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_logins_list(const Invocation& invocation);
[[nodiscard]] Exit run_logins_allow(const Invocation& invocation);
[[nodiscard]] Exit run_logins_forget(const Invocation& invocation);

}  // namespace postern::app
