// SPDX-License-Identifier: Apache-2.0
// Reverse names of offenders, asked of the site's own resolver, later, one after the other: a name that takes long delays only names.
#pragma once

#include "net/resolver.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace postern::app {

class ReverseNames {
public:
    static constexpr std::size_t max_waiting =
        256;  ///< addresses; who comes when it is full is asked about at its next attempts
    static constexpr auto patience = std::chrono::seconds(3);

    struct Hooks {
        /// The resolver, when it is first needed.
        std::function<net::Task<Result<std::unique_ptr<net::Resolver>>>()> open;
        std::function<void(const IpAddress& address, const std::string& name)> found;
        std::function<void(const std::string& why)> fault;  ///< no resolver: nobody is asked any more
    };

    ReverseNames(net::Executor executor, Hooks hooks);

    /// False: no room, or it waits already.
    bool ask(const IpAddress& address);
    /// Until `end`.
    net::Task<> run();
    void end();
    [[nodiscard]] bool ended() const { return !running_; }

private:
    net::Task<bool> ask_next();

    Hooks hooks_;
    std::deque<IpAddress> waiting_;
    net::Timer wake_;
    std::unique_ptr<net::Resolver> resolver_;
    bool ending_ = false, running_ = false;
};

}  // namespace postern::app
