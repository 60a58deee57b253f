// SPDX-License-Identifier: Apache-2.0
// The daily budgets of the lists' operators for a daemon, whose sessions never wait for the disk.
//
// A stock of questions lies in memory; a thread of its own fetches more from state.db, which `lists` and other daemons share, before it
// runs dry. While it is dry nothing is asked: a question too few harms nobody, one too many gets the site refused. Without state.db this
// process counts for itself. What is left at the end is given back.
#pragma once

#include "base/instant.hpp"
#include "store/list_memory.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace postern::app {

class ListAccount {
public:
    static constexpr std::int64_t stock_size = 50;

    /// `budgets`: questions a day, by operator; the first stocks are fetched here.
    ListAccount(std::optional<store::ListMemory> memory, std::map<std::string, std::int64_t, std::less<>> budgets,
                Instant now);
    ~ListAccount();
    ListAccount(const ListAccount&) = delete;
    ListAccount& operator=(const ListAccount&) = delete;

    /// Any thread, without waiting: may so many questions be asked of this operator now? They are counted.
    [[nodiscard]] bool take(std::string_view account, std::size_t questions, Instant now);

private:
    struct Stock {
        std::int64_t budget = 0, left = 0;
        std::int64_t day = 0, spent = 0;  // of a day, counted where there is no memory
        Instant fetched{}, dry_until{};
        bool wanted = false;
    };

    void run();
    /// Questions granted; on the thread, or before it runs.
    [[nodiscard]] std::int64_t fetch(const std::string& account, Stock& stock, Instant now);

    std::optional<store::ListMemory> memory_;  // the thread's, once it runs
    std::mutex mutex_;
    std::condition_variable wake_;
    std::map<std::string, Stock, std::less<>> stocks_;  // guarded by mutex_, as are the next
    Instant now_{};
    bool called_ = false, ending_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace postern::app
