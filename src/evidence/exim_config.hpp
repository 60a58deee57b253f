// SPDX-License-Identifier: Apache-2.0
// Exim's settings: `exim -bP` (options as they hold), `exim -bP config` (the file with its lists and ACLs), `exim -bV` (version).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::evidence {

struct EximConfig {
    std::map<std::string, std::string, std::less<>> options;  ///< "no_x" is x = false
    std::map<std::string, std::string, std::less<>> lists;    ///< "hostlist relay_from_hosts" -> its items
    std::vector<std::string> dnslists;  ///< values of dnslists conditions under deny, drop or defer
    bool scans_malware = false;         ///< an ACL has a malware condition
    bool malware_defers = true;         ///< none of them passes when the scanner is away (/defer_ok)
    bool calls_out_senders = false;     ///< verify = sender/callout
    bool verifies_recipients = false;   ///< verify = recipient
    std::string version;

    [[nodiscard]] bool present() const { return !options.empty() || !lists.empty(); }
    [[nodiscard]] std::string option(std::string_view name) const;
    [[nodiscard]] std::string list(std::string_view name) const;
};
[[nodiscard]] EximConfig read_exim_config(std::string_view options, std::string_view config, std::string_view version);

/// OpenSMTPD's smtpd.conf: the rules that say who may send where.
struct OpensmtpdConfig {
    struct Match {
        std::string text;
        bool from_any = false, from_auth = false, to_any = false, rejects = false;
        std::vector<std::string> sources;  ///< of `from src`: addresses, tables expanded
    };
    std::vector<Match> matches;  ///< in order; the first that fits holds
    std::vector<std::string> listeners;
    bool present = false;
    std::string version;
};
[[nodiscard]] OpensmtpdConfig read_opensmtpd_config(std::string_view text, std::string_view version);

}  // namespace postern::evidence
