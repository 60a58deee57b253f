// SPDX-License-Identifier: Apache-2.0
// The part of a name that somebody registered: "example.co.uk" of "mail.example.co.uk".
//
// For names that people see and for "is this host one of ours"; DMARC walks the tree instead (dmarc.hpp).
#pragma once

#include "base/domain_name.hpp"

#include <optional>

namespace postern::identity {

/// Nothing for a public suffix itself. From the list built into libpsl, as old as the package.
[[nodiscard]] std::optional<DomainName> registrable_domain(const DomainName& name);

}  // namespace postern::identity
