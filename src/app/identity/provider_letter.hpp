// SPDX-License-Identifier: Apache-2.0
// A message to whoever controls the reverse zone, ready to send.
#pragma once

#include "identity/reverse_name.hpp"

#include <string>

namespace postern::app {

/// "hostmaster@example.com" of an SOA's "hostmaster.example.com" (RFC 1035 3.3.13).
[[nodiscard]] std::string mailbox_of(const DomainName& contact);

[[nodiscard]] std::string provider_letter(const identity::ReverseName& name, const identity::ReverseZone& zone,
                                          const DomainName& wanted);

}  // namespace postern::app
