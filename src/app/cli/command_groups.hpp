// SPDX-License-Identifier: Apache-2.0
// The commands by subject: one file each, joined in the order people should read them (commands.cpp).
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] std::span<const Command> audit_commands();
[[nodiscard]] std::span<const Command> lists_commands();
[[nodiscard]] std::span<const Command> identity_commands();
[[nodiscard]] std::span<const Command> case_commands();
[[nodiscard]] std::span<const Command> serve_commands();
[[nodiscard]] std::span<const Command> gate_commands();
[[nodiscard]] std::span<const Command> trap_commands();
[[nodiscard]] std::span<const Command> events_commands();
[[nodiscard]] std::span<const Command> firewall_commands();
[[nodiscard]] std::span<const Command> probe_commands();
[[nodiscard]] std::span<const Command> config_commands();

}  // namespace postern::app
