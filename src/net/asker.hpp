// SPDX-License-Identifier: Apache-2.0
// Something that answers questions to the DNS: one server, several in turn, own recursion, or a choice among them by zone.
//
// The interface is a callback and not a coroutine because a bulk run asks a hundred thousand times a second; `ask` in resolver.hpp
// makes coroutines of it.
#pragma once

#include "base/dns.hpp"
#include "net/loop.hpp"

#include <functional>
#include <string>

namespace postern::net {

class Asker {
public:
    using Done = std::move_only_function<void(dns::Answer)>;

    virtual ~Asker() = default;

    /// `done` is called exactly once, on the loop, never within this call, at `deadline` at the latest (outcome timed_out).
    virtual void ask(dns::Question question, Clock::time_point deadline, Done done) = 0;
    /// Ends every question under way and every later one as not_asked with this reason.
    virtual void abandon(std::string why) = 0;
    /// Abandons what is left and returns when nothing of it runs any more; afterwards it may be destroyed.
    virtual Task<> close() = 0;
    /// For answers and people: "own recursion", "192.0.2.53".
    [[nodiscard]] virtual std::string_view name() const = 0;
};

}  // namespace postern::net
