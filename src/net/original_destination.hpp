// SPDX-License-Identifier: Apache-2.0
// Where a connection was going before a rule of this host (nft redirect or dnat) turned it to us.
#pragma once

#include "net/stream.hpp"

#include <optional>

namespace postern::net {

/// From the kernel's connection tracking (SO_ORIGINAL_DST, IP6T_SO_ORIGINAL_DST). Nothing: it was meant for us, or the rule is
/// another host's.
[[nodiscard]] std::optional<Endpoint> original_destination(Stream& stream);

}  // namespace postern::net
