// SPDX-License-Identifier: Apache-2.0
#include "egress/export.hpp"
namespace postern::egress {
std::string cisco_ios_rules(const Model&) { return {}; }
std::string cisco_ios_reverse(const Model&) { return {}; }
}  // namespace postern::egress
