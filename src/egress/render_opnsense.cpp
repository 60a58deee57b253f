// SPDX-License-Identifier: Apache-2.0
#include "egress/export.hpp"
namespace postern::egress {
std::string opnsense_rules(const Model&) { return {}; }
std::string opnsense_reverse(const Model&) { return {}; }
}  // namespace postern::egress
