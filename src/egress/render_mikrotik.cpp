// SPDX-License-Identifier: Apache-2.0
#include "egress/export.hpp"
namespace postern::egress {
std::string mikrotik_rules(const Model&) { return {}; }
std::string mikrotik_reverse(const Model&) { return {}; }
}  // namespace postern::egress
