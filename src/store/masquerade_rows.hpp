// SPDX-License-Identifier: Apache-2.0
// What the masquerade would change, and what a person confirmed, on disk: for the gate after a restart and for `postern masquerade`.
//
// The gate writes the rows; commands read them, and write what is confirmed or taken back, which a running gate looks at each second.
#pragma once

#include "base/instant.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace postern::store {

struct MasqueradeRow {
    std::string from, to, domain, places;  ///< places: words with blanks between
    std::int64_t messages = 0, changed = 0, left_signed = 0;
    Instant first{}, last{};
    std::string who;
    friend bool operator==(const MasqueradeRow&, const MasqueradeRow&) = default;
};
struct MasqueradeTotals {
    std::int64_t messages = 0, touched = 0, left_signed = 0, dropped = 0;
    Instant since{};
    friend bool operator==(const MasqueradeTotals&, const MasqueradeTotals&) = default;
};
struct MasqueradeConfirmation {
    std::string domain, digest;
    Instant at{};
    friend bool operator==(const MasqueradeConfirmation&, const MasqueradeConfirmation&) = default;
};

class MasqueradeRows {
public:
    /// Errors: store.open, store.sqlite.
    [[nodiscard]] static Result<MasqueradeRows> open(const std::string& path);

    [[nodiscard]] Result<std::vector<MasqueradeRow>> load();
    [[nodiscard]] Result<MasqueradeTotals> totals();
    /// All or nothing; `gone` are (from, to).
    [[nodiscard]] Result<void> save(const std::vector<MasqueradeRow>& rows,
                                    const std::vector<std::pair<std::string, std::string>>& gone,
                                    const MasqueradeTotals& totals);

    [[nodiscard]] Result<std::vector<MasqueradeConfirmation>> confirmed();
    /// In the place of what was confirmed before; none: all is taken back.
    [[nodiscard]] Result<void> confirm(const std::vector<MasqueradeConfirmation>& confirmations);

private:
    explicit MasqueradeRows(Database database) : database_(std::move(database)) {}
    Database database_;
};

}  // namespace postern::store
