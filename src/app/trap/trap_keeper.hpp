// SPDX-License-Identifier: Apache-2.0
// Writes the trap's offenders to disk on a thread of its own, and brings back what a command wants forgotten.
#pragma once

#include "egress/offender_book.hpp"
#include "store/offender_rows.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace postern::app {

/// "DATA_DIR/trap.sqlite"
[[nodiscard]] std::string trap_file(const std::string& data_dir);
/// The record with its judgement, as `trap show` reads it.
[[nodiscard]] std::string offender_document(const egress::Offender& offender);

class TrapKeeper {
public:
    /// `forget` is called on this object's thread.
    TrapKeeper(store::OffenderRows rows, std::chrono::milliseconds keep,
               std::function<void(std::string address)> forget);
    /// Writes what waits.
    ~TrapKeeper();
    TrapKeeper(const TrapKeeper&) = delete;
    TrapKeeper& operator=(const TrapKeeper&) = delete;

    /// Any thread. A later row of the same address replaces one that waits, so no more wait than there are offenders.
    void save(std::vector<store::OffenderRow> rows, Instant now);
    /// Any thread. No row of these addresses stays.
    void remove(const std::vector<std::string>& addresses);

private:
    void run();

    store::OffenderRows rows_;  // the thread's
    std::chrono::milliseconds keep_;
    std::function<void(std::string)> forget_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::map<std::string, store::OffenderRow> waiting_;  // guarded by mutex_, as are the next
    std::vector<std::string> removed_;
    Instant now_{};
    bool called_ = false, ending_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace postern::app
