// SPDX-License-Identifier: Apache-2.0
#include "egress/export.hpp"
namespace postern::egress {
std::string pf_rules(const Model&) { return {}; }
std::string pf_reverse(const Model&) { return {}; }
}  // namespace postern::egress
