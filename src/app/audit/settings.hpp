// SPDX-License-Identifier: Apache-2.0
// What an audit was told, checked.
#pragma once

#include "app/audit/active_settings.hpp"
#include "app/lists/settings.hpp"
#include "audit/report.hpp"

namespace postern::app {

struct AuditSettings {
    std::optional<DomainName> domain;
    std::vector<IpAddress> given;
    audit::Selection selection;
    std::string message, dmarc_reports;                        ///< paths; empty: none
    std::vector<std::string> logs;                             ///< paths
    std::vector<std::pair<std::string, std::string>> imports;  ///< name of the evidence, path
    std::vector<audit::Attestation> attestations;
    std::vector<Network> filter_networks;
    std::string filter_service;  ///< id, "none", or empty: recognised from the MX records
    bool host = true;            ///< look at this machine
    bool logs_wanted = true;
    bool smtp = true;  ///< look at the target's servers
    std::string record, replay;
    std::string format = "text";
    std::string fail_on = "low";
    bool details = false;
    ActiveSettings active;
    ListsSettings lists;
};

/// Errors: usage.
[[nodiscard]] Result<AuditSettings> read_audit_settings(const Invocation& invocation);

}  // namespace postern::app
