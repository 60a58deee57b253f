// SPDX-License-Identifier: Apache-2.0
// The daemon's role `trap`: doors, names, disk and alarms around gate/trap.
#pragma once

#include "app/serve/role.hpp"

namespace postern::app {

/// What of a new configuration a running trap cannot take: "listen, webhook"; "" if it can take all of it. The rest holds from the
/// next connection, datagram or second on.
[[nodiscard]] std::string needs_restart(const Config& now, const Config& wanted);

[[nodiscard]] std::unique_ptr<Role> make_trap_role(Serving serving, const Config& config);

}  // namespace postern::app
