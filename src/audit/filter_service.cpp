// SPDX-License-Identifier: Apache-2.0
#include "audit/filter_service.hpp"

namespace postern::audit {

const FilterService* service_of(std::span<const FilterService> services, const DomainName& host) {
    for (const FilterService& service : services)
        for (const std::string& zone : service.mx)
            if (const auto name = DomainName::parse(zone); name && host.is_within(*name)) return &service;
    return nullptr;
}

}  // namespace postern::audit
