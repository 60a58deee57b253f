// SPDX-License-Identifier: Apache-2.0
// data/filter-services.toml as values.
#pragma once

#include "audit/active/consent.hpp"
#include "audit/filter_service.hpp"

namespace postern::app {

/// Errors: SOURCE:LINE:COLUMN and what is wrong.
[[nodiscard]] Result<std::vector<audit::FilterService>> parse_filter_services(std::string_view text,
                                                                              const std::string& source);
/// What is built in; a fault in it is a fault of the build and throws.
[[nodiscard]] std::vector<audit::FilterService> builtin_filter_service_catalogue();

/// data/shared-hosts.toml: providers' hosts that are never tested.
[[nodiscard]] std::vector<audit::SharedHosts> builtin_shared_hosts_catalogue();

}  // namespace postern::app
