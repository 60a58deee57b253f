// SPDX-License-Identifier: Apache-2.0
// The one way to bound a wait: an operation and a timer, whichever completes first wins.
//
// The loser is cancelled and awaited, so nothing of it runs on. A time-out is a value, and the caller goes on: it can still say
// its farewell. (`operator||` of awaitables would wait for a success and take an error for none.)
#pragma once

#include "net/loop.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>

namespace postern::net {

/// The task's value, or nothing when `deadline` came first. What the task throws is thrown here.
template <class T>
Task<std::optional<T>> with_deadline(Task<T> task, Clock::time_point deadline) {
    const Executor executor = co_await asio::this_coro::executor;
    Timer timer(executor, deadline);
    auto [order, fault, value, timer_error] =
        co_await asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(task), asio::deferred),
                                                         timer.async_wait(asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable_t<Executor>{});
    if (order[0] != 0) co_return std::nullopt;
    if (fault) std::rethrow_exception(fault);
    co_return std::optional<T>(std::move(value));
}

}  // namespace postern::net
