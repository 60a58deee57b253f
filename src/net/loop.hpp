// SPDX-License-Identifier: Apache-2.0
// One thread's event loop, and the names by which the rest of `net` speaks of Asio.
//
// A loop runs on one thread and shares nothing with others; whatever is started on it stays on it. From other threads only
// `post` is allowed, with values.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>

namespace postern::net {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
/// A coroutine of a loop: a named function that takes its arguments by value.
template <class T = void>
using Task = asio::awaitable<T, Executor>;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

/// Completion as (error, value...) tuples: outcomes are values, exceptions are for cancellation only.
inline constexpr auto as_values = asio::as_tuple(asio::use_awaitable_t<Executor>{});

class Loop {
public:
    Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] Executor executor() { return context_.get_executor(); }
    /// Runs `main` and whatever it starts, on this thread, until `main` ends; what it throws is thrown here.
    void run(Task<> main);
    /// Any thread: runs `action` on the loop.
    void post(std::move_only_function<void()> action);
    /// Calls `action` on the loop at each SIGINT or SIGTERM from now on, instead of an earlier one.
    void on_termination(std::move_only_function<void()> action);
    /// The same for SIGHUP.
    void on_hangup(std::move_only_function<void()> action);

private:
    using Signals = asio::basic_signal_set<Executor>;
    using Action = std::move_only_function<void()>;

    static void await_signal(Signals& signals, Action& action);

    asio::io_context context_{1};
    Signals terminations_, hangups_;
    Action on_termination_, on_hangup_;
};

}  // namespace postern::net
