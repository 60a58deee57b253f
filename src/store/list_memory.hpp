// SPDX-License-Identifier: Apache-2.0
// What `lists` and `watch` remember between runs and share between processes: the health of each list as seen through each
// resolver, the questions spent today with each operator, and since when a listing has been known here.
#pragma once

#include "base/instant.hpp"
#include "store/database.hpp"

#include <optional>

namespace postern::store {

/// A judged health in words of its own room; `store` only keeps it.
struct HealthRecord {
    std::string state;
    std::string code;
    std::string sentence;
    std::string mend;
    Instant checked;
};

class ListMemory {
public:
    /// Creates tables as needed. Errors: store.open, store.sqlite.
    [[nodiscard]] static Result<ListMemory> open(const std::string& path);

    /// `resolver` is part of the key: what one resolver is refused, another may be given.
    [[nodiscard]] Result<std::optional<HealthRecord>> health(std::string_view zone, std::string_view kind,
                                                             std::string_view resolver);
    [[nodiscard]] Result<void> remember_health(std::string_view zone, std::string_view kind, std::string_view resolver,
                                               const HealthRecord& record);

    /// Takes up to `wanted` questions from what is left of `limit` on the day of `now` (UTC); returns how many were granted.
    [[nodiscard]] Result<std::int64_t> take_budget(std::string_view account, Instant now, std::int64_t wanted,
                                                   std::int64_t limit);
    /// Gives back what was taken and not asked.
    [[nodiscard]] Result<void> return_budget(std::string_view account, Instant now, std::int64_t unused);

    /// Notes that `subject` is listed on `zone` now; returns when that was first seen.
    [[nodiscard]] Result<Instant> note_listing(std::string_view subject, std::string_view zone, Instant now);
    /// The listing has ended.
    [[nodiscard]] Result<void> forget_listing(std::string_view subject, std::string_view zone);

private:
    explicit ListMemory(Database database) : database_(std::move(database)) {}
    Database database_;
};

}  // namespace postern::store
