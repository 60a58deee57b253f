// SPDX-License-Identifier: Apache-2.0
// The only way to start a coroutine beside another one.
//
// A group knows how many of its tasks run and by what name, reports what escapes them, and is joined before the state they use
// dies. There is no detached work in this program.
#pragma once

#include "net/loop.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <list>
#include <string>
#include <string_view>

namespace postern::net {

class TaskGroup {
public:
    /// Called on the loop with a task's name and what it threw; cancellation is not reported. It must not throw.
    using OnEscape = std::move_only_function<void(std::string_view task, std::exception_ptr fault)>;

    TaskGroup(Executor executor, OnEscape on_escape);
    /// All tasks have ended (join), or the loop will never run again.
    ~TaskGroup() = default;
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    /// Starts `task`; it may run up to its first wait within this call. `name` is kept.
    void spawn(std::string name, Task<> task);
    [[nodiscard]] std::size_t running() const { return tasks_.size(); }
    /// Terminal: every task's pending operation ends with `operation_aborted`.
    void cancel();
    /// Until no task runs. One joiner at a time.
    Task<> join();

private:
    struct Running {
        std::string name;
        asio::cancellation_signal signal;
    };
    using Tasks = std::list<Running>;

    void ended(Tasks::iterator task, const std::exception_ptr& fault);

    Executor executor_;
    OnEscape on_escape_;
    Tasks tasks_;
    Timer idle_;  // never expires; cancelled when the last task ends
};

}  // namespace postern::net
