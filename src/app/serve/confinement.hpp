// SPDX-License-Identifier: Apache-2.0
// What the daemon gives up before it takes any input: gaining rights, and running programs.
//
// It needs neither. A fault in a parser that an attacker could use would find no execve to end in, with or without systemd's own fences
// (packaging/postern.service). The filter is a dozen instructions of seccomp's own language: no library, and nothing to configure. On
// kernels that know it, memory cannot be made executable any more either (PR_SET_MDWE).
#pragma once

#include "base/error.hpp"

namespace postern::app {

/// For good, for all threads of this process and what they become. execve and execveat fail with EPERM from now on.
/// Errors: serve.confinement (this kernel cannot).
[[nodiscard]] Result<void> give_up_exec();

}  // namespace postern::app
