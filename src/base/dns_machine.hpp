// SPDX-License-Identifier: Apache-2.0
// The shape of an evaluation that needs look-ups: a machine that owns no socket.
//
// It is stepped with the answers to the questions it asked last, and gives further questions or its result. SPF, the health of a
// blocklist, a forward-confirmed reverse name: each is such a machine, with its limits counted inside. `net` drives any of them;
// a test steps them by hand, and a recorded audit steps them again without a network.
#pragma once

#include "base/dns.hpp"

#include <concepts>
#include <span>
#include <variant>
#include <vector>

namespace postern::dns {

/// Asked all at once; answered all at once, in the same order.
using Questions = std::vector<Question>;

template <class Result>
using Step = std::variant<Questions, Result>;

/// `step` is first called with no answers. An answer may be of any Outcome, also not_asked: a machine always comes to a result.
template <class M>
concept Machine = requires(M machine, std::span<const Answer> answers) {
    typename M::Result;
    { machine.step(answers) } -> std::same_as<Step<typename M::Result>>;
};

}  // namespace postern::dns
