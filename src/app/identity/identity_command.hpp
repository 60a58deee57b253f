// SPDX-License-Identifier: Apache-2.0
// postern identity spf|dmarc|dkim|ptr: one evaluation, with the steps it took.
#pragma once

#include "app/cli/command.hpp"

namespace postern::app {

Exit run_identity_spf(const Invocation& invocation);
Exit run_identity_dmarc(const Invocation& invocation);
Exit run_identity_dkim(const Invocation& invocation);
Exit run_identity_ptr(const Invocation& invocation);

}  // namespace postern::app
