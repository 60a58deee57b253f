// SPDX-License-Identifier: Apache-2.0
#include "net/loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <csignal>
#include <exception>
#include <utility>

namespace postern::net {

Loop::Loop() : terminations_(context_.get_executor()), hangups_(context_.get_executor()) {}

void Loop::run(Task<> main) {
    std::exception_ptr escaped;
    asio::co_spawn(executor(), std::move(main), [&](std::exception_ptr fault) {
        escaped = std::move(fault);
        context_.stop();  // what still waits (signals, descriptors of a resolver) waits no longer
    });
    context_.restart();
    context_.run();
    if (escaped) std::rethrow_exception(escaped);
}

void Loop::post(std::move_only_function<void()> action) {
    asio::post(context_, [moved = std::move(action)]() mutable { moved(); });
}

void Loop::on_termination(std::move_only_function<void()> action) {
    const bool waiting = static_cast<bool>(std::exchange(on_termination_, std::move(action)));
    if (waiting) return;
    terminations_.add(SIGINT);
    terminations_.add(SIGTERM);
    await_signal(terminations_, on_termination_);
}

void Loop::on_hangup(std::move_only_function<void()> action) {
    const bool waiting = static_cast<bool>(std::exchange(on_hangup_, std::move(action)));
    if (waiting) return;
    hangups_.add(SIGHUP);
    await_signal(hangups_, on_hangup_);
}

void Loop::await_signal(Signals& signals, Action& action) {
    signals.async_wait([&](const boost::system::error_code& fault, int) {
        if (fault) return;  // the loop is going away
        action();
        await_signal(signals, action);
    });
}

}  // namespace postern::net
