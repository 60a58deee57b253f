// SPDX-License-Identifier: Apache-2.0
// The role gate: the milter's door, opened as the configuration says.
#pragma once

#include "app/serve/role.hpp"

namespace postern::app {

[[nodiscard]] std::unique_ptr<Role> make_gate_role(Serving serving, const Config& config);

}  // namespace postern::app
