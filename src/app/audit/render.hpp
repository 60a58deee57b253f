// SPDX-License-Identifier: Apache-2.0
// A report as people and programs read it. What comes from outside is escaped in each.
#pragma once

#include "audit/report.hpp"

#include <string>

namespace postern::app {

struct AuditView {
    bool colour = false;
    bool details = false;  ///< passes and skipped checks too
};

[[nodiscard]] std::string audit_text(const audit::Report& report, const AuditView& view);
[[nodiscard]] std::string audit_json(const audit::Report& report);
[[nodiscard]] std::string audit_html(const audit::Report& report);
[[nodiscard]] std::string audit_junit(const audit::Report& report);

}  // namespace postern::app
