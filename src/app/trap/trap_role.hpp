// SPDX-License-Identifier: Apache-2.0
// The daemon's role `trap`: doors, names, disk and alarms around gate/trap.
#pragma once

#include "app/serve/role.hpp"

namespace postern::app {

[[nodiscard]] std::unique_ptr<Role> make_trap_role(Serving serving, const Config& config);

}  // namespace postern::app
