// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command_groups.hpp"

#include <array>

namespace postern::app {

std::span<const Command> commands() {
    static const std::vector<Command> all = [] {
        std::vector<Command> out;
        for (const auto group :
             {&audit_commands, &lists_commands, &identity_commands, &case_commands, &serve_commands, &gate_commands,
              &trap_commands, &events_commands, &firewall_commands, &probe_commands, &config_commands})
            out.insert(out.end(), group().begin(), group().end());
        return out;
    }();
    return all;
}

}  // namespace postern::app
