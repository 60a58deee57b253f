// SPDX-License-Identifier: Apache-2.0
// All that a door of the gate goes by: one value, made of the configuration, replaced as a whole by a reload.
#pragma once

#include "gate/link_asker.hpp"
#include "identity/dkim_sign.hpp"
#include "net/clamd_client.hpp"
#include "net/rspamd_client.hpp"
#include "policy/settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::gate {

struct GateRules {
    policy::Settings policy;
    std::optional<net::SocketAddress> clamd;
    std::optional<net::RspamdClient::Options> rspamd;
    std::vector<std::string> submission{"465", "587",
                                        "ORIGINATING"};  ///< names or ports of the MTA's listeners for submission
    std::vector<identity::DkimSigner> signers;           ///< by domain; several of one domain all sign
    std::vector<DomainName> masquerade;                  ///< as configured, confirmed or not
    std::shared_ptr<LinkAsker> links;                    ///< null: links are not asked about
    std::chrono::milliseconds scan_time{90'000};         ///< for clamd, its reloading included
    std::chrono::milliseconds spam_time{20'000};
    std::chrono::milliseconds idle{7'210'000};  ///< libmilter's: an MTA may hold a connection as long as its client
};

/// Whether anything looks at bodies; if not, none is asked for.
[[nodiscard]] inline bool reads_bodies(const GateRules& rules) {
    const policy::MalwareSettings& malware = rules.policy.malware;
    return rules.clamd || rules.rspamd || rules.links || !rules.signers.empty() ||
           malware.attachments != policy::Action::accept || malware.locked_archives != policy::Action::accept;
}

}  // namespace postern::gate
