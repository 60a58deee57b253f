// SPDX-License-Identifier: Apache-2.0
#include "app/gate/gate_role.hpp"
#include "app/serve/role.hpp"

#include "app/trap/trap_role.hpp"

#include <array>

namespace postern::app {

std::span<const RoleEntry> roles() {
    static constexpr std::array table{
        RoleEntry{"trap", "names machines inside that try port 25", &make_trap_role},
        RoleEntry{"gate", "judges what the mail server takes and sends", &make_gate_role},
    };
    return table;
}

}  // namespace postern::app
