// SPDX-License-Identifier: Apache-2.0
// What an audit takes from this machine's files: those named by the user, DMARC reports, mail logs.
#pragma once

#include "app/audit/progress.hpp"
#include "app/audit/settings.hpp"
#include "audit/evidence.hpp"

namespace postern::app {

/// Errors: usage (a file that was named and cannot be read).
[[nodiscard]] Result<void> collect_files(const AuditSettings& settings, audit::Evidence& evidence,
                                         std::vector<std::string>& notes);
void collect_logs(const AuditSettings& settings, audit::Evidence& evidence, std::vector<std::string>& notes,
                  const Progress& progress);
/// After intrusive tests: whom the server's log names behind the samples of the test user.
void collect_traces(const AuditSettings& settings, audit::Evidence& evidence);

}  // namespace postern::app
