// SPDX-License-Identifier: Apache-2.0
#include "net/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace postern::net {
namespace {

bool is_cancellation(const std::exception_ptr& fault) {
    try {
        std::rethrow_exception(fault);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {  // anything else is a fault: the caller reports it
        return false;
    }
}

}  // namespace

TaskGroup::TaskGroup(Executor executor, OnEscape on_escape)
    : executor_(executor), on_escape_(std::move(on_escape)), idle_(executor, Clock::time_point::max()) {}

void TaskGroup::spawn(std::string name, Task<> task) {
    const auto running = tasks_.emplace(tasks_.end());
    running->name = std::move(name);
    asio::co_spawn(
        executor_, std::move(task),
        asio::bind_cancellation_slot(running->signal.slot(),
                                     [this, running](const std::exception_ptr& fault) { ended(running, fault); }));
}

void TaskGroup::ended(Tasks::iterator task, const std::exception_ptr& fault) {
    if (fault && !is_cancellation(fault)) on_escape_(task->name, fault);
    tasks_.erase(task);
    if (tasks_.empty()) idle_.cancel();
}

void TaskGroup::cancel() {
    for (auto task = tasks_.begin(); task != tasks_.end();) (task++)->signal.emit(asio::cancellation_type::terminal);
}

Task<> TaskGroup::join() {
    while (!tasks_.empty()) {
        idle_.expires_at(Clock::time_point::max());
        co_await idle_.async_wait(as_values);
    }
}

}  // namespace postern::net
