// SPDX-License-Identifier: Apache-2.0
// postern firewall: shows, loads, confirms, takes out, verifies and exports the rules that shut port 25.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_firewall_show(const Invocation& invocation);
[[nodiscard]] Exit run_firewall_diff(const Invocation& invocation);
[[nodiscard]] Exit run_firewall_apply(const Invocation& invocation);
[[nodiscard]] Exit run_firewall_confirm(const Invocation& invocation);
[[nodiscard]] Exit run_firewall_remove(const Invocation& invocation);
[[nodiscard]] Exit run_firewall_verify(const Invocation& invocation);
[[nodiscard]] Exit run_firewall_export(const Invocation& invocation);

}  // namespace postern::app
