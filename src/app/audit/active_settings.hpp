// SPDX-License-Identifier: Apache-2.0
// What an intrusive audit was told, checked.
#pragma once

#include "app/collect/hand_over.hpp"
#include "app/probe/client.hpp"
#include "wire/smtp_client.hpp"

#include <chrono>
#include <optional>

namespace postern::app {

struct ActiveSettings {
    bool wanted = false;                     ///< --intrusive
    bool dry_run = false;                    ///< only says what it would do
    bool yes = false;                        ///< does not ask on a terminal
    std::string far_recipient, far_mailbox;  ///< an address of one's own elsewhere, and the folder where its mail lies
    std::string sample_recipient, sample_mailbox;  ///< the same inside the site
    std::optional<wire::SmtpCredentials> user;
    std::string user_address;
    bool leave_site = false;
    std::vector<probe::VantageAddress> vantages;  ///< the first is the far end
    std::string place;                            ///< inside the site: "office", "vpn"; empty: outside
    std::optional<WebForm> web_form;              ///< of the site, which sends to the sample recipient
    std::string secret;                           ///< of the consent record
    std::chrono::milliseconds time{180'000};      ///< for all of it
    std::chrono::milliseconds wait{15'000};       ///< for what may still arrive
};

/// `data_directory` keeps the secret unless --consent-key names a file. Errors: usage.
[[nodiscard]] Result<ActiveSettings> read_active_settings(const Invocation& invocation,
                                                          const std::string& data_directory);

}  // namespace postern::app
