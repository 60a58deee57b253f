// SPDX-License-Identifier: Apache-2.0
#include "store/offender_rows.hpp"

namespace postern::store {
namespace {

constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS offender (address TEXT PRIMARY KEY, last INTEGER, told INTEGER, document TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forgotten (address TEXT PRIMARY KEY) WITHOUT ROWID;
)";

Result<void> finish(Statement& statement) {
    if (auto row = statement.step(); !row) return std::unexpected(row.error());
    return {};
}

}  // namespace

Result<OffenderRows> OffenderRows::open(const std::string& path) {
    auto database = Database::open(path);
    if (!database) return std::unexpected(database.error());
    if (auto made = database->run(schema); !made) return std::unexpected(made.error());
    return OffenderRows(*std::move(database));
}

Result<void> OffenderRows::save(const std::vector<OffenderRow>& rows) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return std::unexpected(transaction.error());
    for (const OffenderRow& row : rows) {
        auto insert = database_.prepare("INSERT OR REPLACE INTO offender VALUES (?, ?, ?, ?)");
        if (!insert) return std::unexpected(insert.error());
        insert->bind(1, row.address).bind(2, std::int64_t{row.last.time_since_epoch().count()});
        insert->bind(3, row.told ? std::int64_t{row.told->time_since_epoch().count()} : std::int64_t{-1});
        insert->bind(4, row.document);
        if (auto done = finish(*insert); !done) return done;
    }
    return transaction->commit();
}

Result<std::vector<OffenderRow>> OffenderRows::load(std::size_t most) {
    auto query = database_.prepare("SELECT address, last, told, document FROM offender ORDER BY last DESC LIMIT ?");
    if (!query) return std::unexpected(query.error());
    query->bind(1, static_cast<std::int64_t>(most));
    std::vector<OffenderRow> out;
    for (;;) {
        const auto row = query->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return out;
        OffenderRow& last = out.emplace_back();
        last.address = query->text(0);
        last.last = Instant(std::chrono::milliseconds(query->integer(1)));
        if (query->integer(2) >= 0) last.told = Instant(std::chrono::milliseconds(query->integer(2)));
        last.document = query->text(3);
    }
}

Result<void> OffenderRows::expire(Instant before) {
    auto remove = database_.prepare("DELETE FROM offender WHERE last < ?");
    if (!remove) return std::unexpected(remove.error());
    remove->bind(1, std::int64_t{before.time_since_epoch().count()});
    return finish(*remove);
}

Result<void> OffenderRows::remove(const std::string& address) {
    auto remove = database_.prepare("DELETE FROM offender WHERE address = ?");
    if (!remove) return std::unexpected(remove.error());
    remove->bind(1, address);
    return finish(*remove);
}

Result<bool> OffenderRows::forget(const std::string& address) {
    auto found = database_.prepare("SELECT 1 FROM offender WHERE address = ?");
    if (!found) return std::unexpected(found.error());
    found->bind(1, address);
    const auto row = found->step();
    if (!row) return std::unexpected(row.error());
    auto wish = database_.prepare("INSERT OR IGNORE INTO forgotten VALUES (?)");
    if (!wish) return std::unexpected(wish.error());
    wish->bind(1, address);
    if (auto done = finish(*wish); !done) return std::unexpected(done.error());
    if (auto done = remove(address); !done) return std::unexpected(done.error());
    return *row;
}

Result<std::vector<std::string>> OffenderRows::take_forgotten() {
    auto take = database_.prepare("DELETE FROM forgotten RETURNING address");
    if (!take) return std::unexpected(take.error());
    std::vector<std::string> out;
    for (;;) {
        const auto row = take->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return out;
        out.push_back(take->text(0));
    }
}

}  // namespace postern::store
