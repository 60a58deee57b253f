// SPDX-License-Identifier: Apache-2.0
// What a run of `lists` knows from earlier runs and shares with others at the same time: health, budgets, since when listed.
//
// Without a data directory a run goes on without memory and says so: an administrator in need is not sent away for want of a folder.
#pragma once

#include "base/instant.hpp"
#include "reputation/health.hpp"
#include "store/list_memory.hpp"

#include <map>
#include <optional>

namespace postern::app {

class RunMemory {
public:
    /// `memory` may be nothing; `resolver` as in ListMemory.
    RunMemory(std::optional<store::ListMemory> memory, std::string resolver, const reputation::Catalogue& catalogue);
    /// Gives back the budget that was taken and not used.
    ~RunMemory();
    RunMemory(const RunMemory&) = delete;
    RunMemory& operator=(const RunMemory&) = delete;

    [[nodiscard]] std::optional<reputation::Health> recall(const reputation::List& list, reputation::Kind kind,
                                                           Instant now);
    void remember(const reputation::List& list, reputation::Kind kind, const reputation::Health& health, Instant now);

    /// May so many questions be asked of the list's operator now? Taken from today's budget, in small stocks.
    [[nodiscard]] bool take(const reputation::List& list, std::size_t questions, Instant now);
    [[nodiscard]] std::int64_t daily_budget(const reputation::List& list) const;

    /// Since when this machine knows the listing; ends the memory of one that is over.
    [[nodiscard]] std::optional<Instant> note(const std::string& subject, const reputation::List& list, bool listed,
                                              Instant now);

private:
    std::optional<store::ListMemory> memory_;
    std::string resolver_;
    const reputation::Catalogue& catalogue_;
    struct Stock {
        std::int64_t left = 0;
        Instant taken{};
    };
    std::map<std::string, Stock, std::less<>> stocks_;        // by operator
    std::map<std::string, std::int64_t, std::less<>> spent_;  // without memory: this run's own count
};

}  // namespace postern::app
