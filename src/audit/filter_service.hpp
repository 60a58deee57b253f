// SPDX-License-Identifier: Apache-2.0
// The filtering services that stand in front of mail servers, as values; the data stand in data/filter-services.toml.
#pragma once

#include "base/domain_name.hpp"

#include <span>
#include <string>
#include <vector>

namespace postern::audit {

struct FilterService {
    std::string id, name;
    std::vector<std::string> mx;  ///< names that its MX hosts lie within
    std::string ranges;           ///< where it publishes what it delivers from
    std::string spf_include;
    std::string smart_host;
    std::string tls_name;          ///< what its certificate names when it delivers
    bool shared = true;            ///< all tenants deliver from the same servers: the range alone proves no tenant
    bool hosts_mailboxes = false;  ///< the mailboxes are there too: nothing of ours is behind it
    std::string evidence, as_of;
};

/// Which of `services` an MX host belongs to; null if none.
[[nodiscard]] const FilterService* service_of(std::span<const FilterService> services, const DomainName& host);

}  // namespace postern::audit
