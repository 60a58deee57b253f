// SPDX-License-Identifier: Apache-2.0
// A role of the daemon (gate, trap, ...): what it is given, and what it owes.
//
// Roles are made and opened on the main loop before any input is taken. A role that wants more threads owns them, and joins them
// before it dies.
#pragma once

#include "app/config/config.hpp"
#include "net/task_group.hpp"
#include "store/event_log.hpp"
#include "store/metrics.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace postern::app {

/// What the process lends to its roles; outlives them all.
struct Serving {
    net::Loop& loop;
    net::TaskGroup& tasks;  ///< of the main loop; joined before the roles die
    store::EventLog& events;
    store::Metrics& metrics;
    std::function<void(std::string_view line)> log;  ///< any thread; one line, escaped by it
    std::string data_dir;
};

class Role {
public:
    Role() = default;
    Role(const Role&) = delete;
    Role& operator=(const Role&) = delete;
    virtual ~Role() = default;

    /// Opens its doors and starts its tasks. Errors are for people, and end the start.
    [[nodiscard]] virtual Result<void> open() = 0;
    /// What a reload would do, not yet done: run it and it holds from the next session on. Errors leave everything as it was.
    [[nodiscard]] virtual Result<std::move_only_function<void()>> prepare(const Config& config) = 0;
    /// Takes no more; conversations under way come to their end. Once.
    virtual void drain() = 0;
    /// Whether all conversations have ended.
    [[nodiscard]] virtual bool idle() const = 0;
    /// After the time for draining: ends what is left. Once, after drain.
    virtual void stop() = 0;
    /// Lines for the start: "trap: listening on 0.0.0.0@2525".
    [[nodiscard]] virtual std::string status() const = 0;
};

struct RoleEntry {
    std::string_view name;
    std::string_view sentence;
    std::unique_ptr<Role> (*make)(Serving serving, const Config& config);
};

/// All there are, in the order they start.
[[nodiscard]] std::span<const RoleEntry> roles();

}  // namespace postern::app
