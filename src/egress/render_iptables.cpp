// SPDX-License-Identifier: Apache-2.0
#include "egress/export.hpp"
namespace postern::egress {
std::string iptables_rules(const Model&) { return {}; }
std::string iptables_reverse(const Model&) { return {}; }
}  // namespace postern::egress
