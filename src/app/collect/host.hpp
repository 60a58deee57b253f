// SPDX-License-Identifier: Apache-2.0
// What this machine says of itself: its mail server, scanner, firewall, sockets and packages. Nothing is changed; what may not be
// read becomes a gap with the reason.
#pragma once

#include "audit/evidence.hpp"

namespace postern::app {

/// `packages`: also asks the package manager, which takes seconds.
void collect_host(audit::Evidence& evidence, bool packages);

/// clamd's answer to VERSION, over the socket that its configuration names. Errors: scanner.silent.
[[nodiscard]] Result<std::string> ask_clamd(std::string_view clamd_conf);

}  // namespace postern::app
