// SPDX-License-Identifier: Apache-2.0
// The rules in the languages of other firewalls, each with a comment per line and with its reverse.
//
// nft and iptables are loaded and tried with real packets in the laboratory; the others are templates and say so in their first lines.
#pragma once

#include "egress/model.hpp"

#include <span>
#include <string>
#include <string_view>

namespace postern::egress {

struct ExportFormat {
    std::string_view name;  ///< "iptables"
    bool tried = false;     ///< with real packets
    std::string (*rules)(const Model&);
    std::string (*reverse)(const Model&);
};

/// nft, iptables, pf, opnsense, mikrotik, cisco-ios.
[[nodiscard]] std::span<const ExportFormat> export_formats();
[[nodiscard]] const ExportFormat* find_export_format(std::string_view name);

// One pair a file; called through the table.
[[nodiscard]] std::string iptables_rules(const Model& model);
[[nodiscard]] std::string iptables_reverse(const Model& model);
[[nodiscard]] std::string pf_rules(const Model& model);
[[nodiscard]] std::string pf_reverse(const Model& model);
[[nodiscard]] std::string opnsense_rules(const Model& model);
[[nodiscard]] std::string opnsense_reverse(const Model& model);
[[nodiscard]] std::string mikrotik_rules(const Model& model);
[[nodiscard]] std::string mikrotik_reverse(const Model& model);
[[nodiscard]] std::string cisco_ios_rules(const Model& model);
[[nodiscard]] std::string cisco_ios_reverse(const Model& model);

}  // namespace postern::egress
