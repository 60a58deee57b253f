// SPDX-License-Identifier: Apache-2.0
// Offenders on disk: one row each, for `postern trap list` and for the daemon after a restart.
//
// The daemon writes, commands read. `forget` is a command's wish: the row goes at once, and the daemon takes the address out of its
// memory when it next writes.
#pragma once

#include "base/instant.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::store {

struct OffenderRow {
    std::string address;
    Instant last{};
    std::optional<Instant> told;
    std::string document;  ///< JSON
};

class OffenderRows {
public:
    /// Errors: store.open, store.sqlite.
    [[nodiscard]] static Result<OffenderRows> open(const std::string& path);

    /// All or none of them.
    [[nodiscard]] Result<void> save(const std::vector<OffenderRow>& rows);
    /// The latest first, at most `most`.
    [[nodiscard]] Result<std::vector<OffenderRow>> load(std::size_t most);
    /// What was not seen since.
    [[nodiscard]] Result<void> expire(Instant before);
    [[nodiscard]] Result<void> remove(const std::string& address);

    /// Leaves the wish behind. True: there was such a row.
    [[nodiscard]] Result<bool> forget(const std::string& address);
    /// The wishes since the last call.
    [[nodiscard]] Result<std::vector<std::string>> take_forgotten();

private:
    explicit OffenderRows(Database database) : database_(std::move(database)) {}
    Database database_;
};

}  // namespace postern::store
