// SPDX-License-Identifier: Apache-2.0
// Writes the trap's offenders to disk on a thread of its own, and brings back what a command wants forgotten.
//
// A disk that fails or hangs stops nobody: what could not be written waits, bounded by the number of offenders, and is tried again at
// every call. People are told when writing begins to fail, and when it works again.
#pragma once

#include "base/json.hpp"
#include "egress/offender_book.hpp"
#include "store/offender_rows.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace postern::app {

/// "DATA_DIR/trap.sqlite"
[[nodiscard]] std::string trap_file(const std::string& data_dir);
/// The record with its judgement, as `trap show` reads it, and how many attempts people know of.
[[nodiscard]] std::string offender_document(const egress::Offender& offender, const egress::OffenderBook::Told& told);
/// What of it people were told. `at` is the row's.
[[nodiscard]] egress::OffenderBook::Told read_told(const json::value& document, std::optional<Instant> at);

class TrapKeeper {
public:
    /// Both are called on this object's thread.
    struct Hooks {
        std::function<void(std::string address)> forget;
        std::function<void(std::string why)> fault;  ///< once when writing begins to fail; "" when it works again
    };

    /// `stored`: the addresses of the rows that there are.
    TrapKeeper(store::OffenderRows rows, std::set<std::string> stored, std::chrono::milliseconds keep, Hooks hooks);
    /// Writes what waits.
    ~TrapKeeper();
    TrapKeeper(const TrapKeeper&) = delete;
    TrapKeeper& operator=(const TrapKeeper&) = delete;

    /// Any thread. A later row of the same address replaces one that waits, so no more wait than there are offenders.
    void save(std::vector<store::OffenderRow> rows, Instant now);
    /// Any thread. No row of these addresses stays.
    void remove(const std::vector<std::string>& addresses);
    /// Any thread. How long rows stay, from the next call of `save` on.
    void keep_for(std::chrono::milliseconds keep);

private:
    struct Work {
        std::map<std::string, store::OffenderRow> rows;
        std::set<std::string> removed;
        Instant before{};  ///< older rows go
        bool last = false;
    };

    void run();
    [[nodiscard]] Work take_work();
    [[nodiscard]] Result<void> write(const Work& work);
    void put_back(Work work);
    void report(const Result<void>& written);

    store::OffenderRows rows_;  // the thread's
    bool failing_ = false;      // likewise
    Hooks hooks_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::chrono::milliseconds keep_;  // guarded by mutex_, as are the next
    std::map<std::string, store::OffenderRow> waiting_;
    std::set<std::string> stored_;   // whoever may have a row
    std::set<std::string> removed_;  // whose row is to go: never more than had one
    Instant now_{};
    bool called_ = false, ending_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace postern::app
