// SPDX-License-Identifier: Apache-2.0
// postern init: a first configuration from what this machine shows.
#pragma once

#include "app/cli/command.hpp"
#include "audit/evidence.hpp"

namespace postern::app {

/// The text of a postern.toml for what was found; everything observes. Values that could not be found stand commented out.
[[nodiscard]] std::string first_config(const audit::Evidence& evidence);

[[nodiscard]] Exit run_init(const Invocation& invocation);

}  // namespace postern::app
