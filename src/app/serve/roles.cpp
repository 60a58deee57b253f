// SPDX-License-Identifier: Apache-2.0
#include "app/serve/role.hpp"

#include "app/trap/trap_role.hpp"

#include <array>

namespace postern::app {

std::span<const RoleEntry> roles() {
    static constexpr std::array table{
        RoleEntry{"trap", "names machines inside that try port 25", &make_trap_role},
    };
    return table;
}

}  // namespace postern::app
