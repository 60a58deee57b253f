// SPDX-License-Identifier: Apache-2.0
// SIGHUP, SIGINT and SIGTERM wait while the daemon starts: a reload or an end that is asked for meanwhile is late, not lost, and a SIGHUP
// does not kill. (systemd takes death by SIGHUP for a clean end.)
#pragma once

namespace postern::app {

/// For this thread and those that it starts from now on.
void hold_signals();
/// Once there are handlers: what has waited is delivered. On the thread of the handlers' loop.
void release_signals();

}  // namespace postern::app
