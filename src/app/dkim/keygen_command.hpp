// SPDX-License-Identifier: Apache-2.0
// postern dkim keygen: a new signing key, and the record to publish.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

[[nodiscard]] Exit run_dkim_keygen(const Invocation& invocation);

}  // namespace postern::app
