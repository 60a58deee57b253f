// SPDX-License-Identifier: Apache-2.0
// The daemon's life: roles open, signals, drain, stop; and its metrics on loopback.
//
// SIGTERM and SIGINT drain: nothing new is taken, conversations end, then the process does; a second signal, or the end of the time
// for draining, ends them. SIGHUP reads the configuration anew, all or nothing.
#pragma once

#include "app/serve/role.hpp"
#include "net/listener.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace postern::app {

class Daemon {
public:
    using Reload = std::function<Result<Config>()>;

    Daemon(net::Loop& loop, store::EventLog& events, std::string data_dir, Reload reload);

    /// Runs until told to end. False: it did not start; what is wrong has been said.
    net::Task<bool> run(std::vector<const RoleEntry*> wanted, Config config);

private:
    [[nodiscard]] Result<void> open(const std::vector<const RoleEntry*>& wanted, const Config& config);
    [[nodiscard]] Result<void> open_metrics(const Config& config);
    void reload();
    void end();
    net::Task<> until_idle();

    net::Loop& loop_;
    store::EventLog& events_;
    std::string data_dir_;
    Reload reload_;
    store::Metrics metrics_;
    net::TaskGroup tasks_;
    net::Timer woken_;
    std::optional<net::Listener> metrics_door_;
    std::vector<std::unique_ptr<Role>> roles_;
    std::chrono::milliseconds drain_time_{};
    bool ending_ = false, at_once_ = false;
};

/// One line on standard error, escaped, with the level that the journal understands when it is the reader.
void log_line(std::string_view text);

}  // namespace postern::app
