// SPDX-License-Identifier: Apache-2.0
#include "app/trap/reverse_names.hpp"

#include "base/contains.hpp"

namespace postern::app {

using net::Clock;

ReverseNames::ReverseNames(net::Executor executor, Hooks hooks)
    : hooks_(std::move(hooks)), wake_(executor, Clock::time_point::max()) {}

bool ReverseNames::ask(const IpAddress& address) {
    if (waiting_.size() >= max_waiting || contains(waiting_, address)) return false;
    waiting_.push_back(address);
    wake_.cancel();
    return true;
}

void ReverseNames::end() {
    ending_ = true;
    if (resolver_) resolver_->abandon("the daemon ends");
    wake_.cancel();
}

/// False: there is no resolver.
net::Task<bool> ReverseNames::ask_next() {
    if (!resolver_) {
        auto resolver = co_await hooks_.open();
        if (!resolver) {
            hooks_.fault(resolver.error().message);
            co_return false;
        }
        resolver_ = *std::move(resolver);
        if (ending_) co_return true;
    }
    const IpAddress address = waiting_.front();
    waiting_.pop_front();
    const dns::Answer answer =
        co_await resolver_->ask({dns::reverse_name(address), dns::Type::ptr}, Clock::now() + patience);
    if (const auto names = answer.names(); !names.empty()) hooks_.found(address, std::string(names.front().text()));
    co_return true;
}

net::Task<> ReverseNames::run() {
    running_ = true;
    while (!ending_) {
        if (waiting_.empty()) {
            wake_.expires_at(Clock::time_point::max());
            co_await wake_.async_wait(net::as_values);
        } else if (!co_await ask_next()) {
            break;
        }
    }
    waiting_.clear();
    if (resolver_) co_await resolver_->close();
    running_ = false;
}

}  // namespace postern::app
