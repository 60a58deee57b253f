// SPDX-License-Identifier: Apache-2.0
// Something that goes on beside an operation and ends with it: signs of progress while an answer is awaited.
#pragma once

#include "net/loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>

namespace postern::net {

/// Whichever ends first ends the other, which is awaited. True: the operation ended by itself. What it throws is thrown here; the companion
/// may end in any way.
inline Task<bool> beside(Task<> operation, Task<> companion) {
    const Executor executor = co_await asio::this_coro::executor;
    const auto [order, fault, ignored] =
        co_await asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(operation), asio::deferred),
                                                         asio::co_spawn(executor, std::move(companion), asio::deferred))
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable_t<Executor>{});
    if (order[0] != 0) co_return false;
    if (fault) std::rethrow_exception(fault);
    co_return true;
}

}  // namespace postern::net
