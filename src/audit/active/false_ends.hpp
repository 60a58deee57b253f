// SPDX-License-Identifier: Apache-2.0
// Octets that some server once took for the end of a message: everything but CR LF . CR LF (RFC 5321 4.1.1.4).
//
// Where two servers disagree, a second message rides behind the first, past SPF and DMARC (CVE-2023-51764, 51765, 51766;
// CVE-2023-51747; CVE-2024-27305).
#pragma once

#include <span>
#include <string_view>

namespace postern::audit {

struct FalseEnd {
    std::string_view name;  ///< "LF.LF"
    std::string_view octets;
};

[[nodiscard]] std::span<const FalseEnd> false_ends();

}  // namespace postern::audit
