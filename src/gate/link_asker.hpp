// SPDX-License-Identifier: Apache-2.0
// Whoever can ask lists of domains about a message's links (M3). The daemon's is app/gate/link_lists.hpp.
#pragma once

#include "net/loop.hpp"
#include "policy/link_domains.hpp"

namespace postern::gate {

class LinkAsker {
public:
    virtual ~LinkAsker() = default;
    /// In bounded time, whatever the lists do: what they did not say is unknown.
    [[nodiscard]] virtual net::Task<policy::LinkLook> ask(policy::Links links) = 0;
};

}  // namespace postern::gate
