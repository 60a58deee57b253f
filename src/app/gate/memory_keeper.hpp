// SPDX-License-Identifier: Apache-2.0
// Keeps what the gate learns over a restart, on a thread of its own, and brings in what a person said by `postern logins` and
// `postern masquerade` while the gate runs. Each second: a gate that is killed forgets the last one at most.
#pragma once

#include "gate/gate_memory.hpp"
#include "store/login_rows.hpp"
#include "store/masquerade_rows.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace postern::app {

class MemoryKeeper {
public:
    using Log = std::function<void(std::string_view)>;  ///< any thread

    /// Restores `memory`, which outlives the keeper. Errors: store.open, store.sqlite.
    [[nodiscard]] static Result<std::unique_ptr<MemoryKeeper>> open(const std::string& path, gate::GateMemory& memory,
                                                                    Log log);
    /// Writes what is not written.
    ~MemoryKeeper();
    MemoryKeeper(const MemoryKeeper&) = delete;
    MemoryKeeper& operator=(const MemoryKeeper&) = delete;

private:
    MemoryKeeper(store::LoginRows logins, store::MasqueradeRows masquerade, gate::GateMemory& memory, Log log)
        : logins_(std::move(logins)), masquerade_(std::move(masquerade)), memory_(memory), log_(std::move(log)) {}

    [[nodiscard]] Result<void> restore();
    void run();
    void look();
    [[nodiscard]] Result<void> write();
    [[nodiscard]] Result<void> read_confirmed();

    store::LoginRows logins_;  // the thread's, once it runs, as is the next
    store::MasqueradeRows masquerade_;
    gate::GateMemory& memory_;
    Log log_;
    std::string fault_;  // told once until it is another
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;  // guarded by mutex_
    std::thread thread_;   // last: it uses all of the above
};

}  // namespace postern::app
