// SPDX-License-Identifier: Apache-2.0
// What our read-only PowerShell script says of an Exchange server ("postern export exchange-script" prints it).
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::evidence {

struct ExchangeExport {
    struct ReceiveConnector {
        std::string name;
        std::vector<std::string> bindings;          ///< "0.0.0.0:25"
        std::vector<std::string> remote_ip_ranges;  ///< "0.0.0.0-255.255.255.255", "10.0.0.0/8"
        bool anonymous = false;                     ///< AnonymousUsers may connect
        bool anonymous_relay = false;  ///< and may address recipients elsewhere (Ms-Exch-SMTP-Accept-Any-Recipient)
    };
    struct SendConnector {
        std::string name;
        std::string fqdn;  ///< how it greets; empty: the server's own name
    };
    std::string server, version;
    std::vector<ReceiveConnector> receive;
    std::vector<SendConnector> send;
    std::optional<bool> malware_filter;        ///< enabled and not bypassed
    std::optional<bool> recipient_validation;  ///< unknown recipients are refused at RCPT

    [[nodiscard]] bool present() const { return !server.empty(); }
};

/// Errors: exchange.malformed. PowerShell's UTF-16 output is taken too.
[[nodiscard]] Result<ExchangeExport> read_exchange_export(std::string_view octets);

/// Does the range cover everybody, or nearly?
[[nodiscard]] bool covers_everybody(std::string_view range);

}  // namespace postern::evidence
