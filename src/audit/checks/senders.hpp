// SPDX-License-Identifier: Apache-2.0
// What several judges need to know of the target: which addresses send, and by what name they greet.
#pragma once

#include "audit/evidence.hpp"
#include "base/inquiry.hpp"

namespace postern::audit {

/// Own addresses, that of the saved message among them; at most max_own_addresses.
[[nodiscard]] dns::Inquiry<std::vector<IpAddress>> sending_addresses(const Evidence& evidence);

struct HeloName {
    std::string name;
    std::string where;            ///< "the saved message", "Postfix (smtp_helo_name)"
    std::optional<IpAddress> ip;  ///< the address that greeted so, where it is known
};
[[nodiscard]] std::vector<HeloName> helo_names(const Evidence& evidence);

/// "a, b and 3 more"; `most` are named.
[[nodiscard]] std::string some_of(const std::vector<std::string>& names, std::size_t most = 5);

}  // namespace postern::audit
