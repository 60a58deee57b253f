// SPDX-License-Identifier: Apache-2.0
// What this machine shows of itself: users, addresses, routes, listeners, bridges. Read from /proc, /sys and the kernel's tables.
#pragma once

#include "egress/inspect.hpp"
#include "egress/validate.hpp"

namespace postern::app::firewall {

/// What could not be read is left empty.
[[nodiscard]] egress::HostFacts collect_facts(const egress::Model& model);
[[nodiscard]] egress::Surroundings collect_surroundings();

/// The configuration's model with what only this machine knows: numbers of users; the cgroup only if its path resolves.
[[nodiscard]] egress::Model resolve(egress::Model model, const egress::HostFacts& facts);

}  // namespace postern::app::firewall
