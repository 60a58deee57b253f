// SPDX-License-Identifier: Apache-2.0
#include "store/list_memory.hpp"

#include <algorithm>

namespace postern::store {
namespace {

constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS health (
    zone TEXT, kind TEXT, resolver TEXT, state TEXT, code TEXT, sentence TEXT, mend TEXT, checked INTEGER,
    PRIMARY KEY (zone, kind, resolver)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS budget (account TEXT, day TEXT, used INTEGER, PRIMARY KEY (account, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS listing (subject TEXT, zone TEXT, since INTEGER, PRIMARY KEY (subject, zone)) WITHOUT ROWID;
)";

std::int64_t milliseconds(Instant when) { return when.time_since_epoch().count(); }

/// Runs a statement that gives no row.
Result<void> finish(Statement& statement) {
    if (auto row = statement.step(); !row) return std::unexpected(row.error());
    return {};
}

}  // namespace

Result<ListMemory> ListMemory::open(const std::string& path) {
    auto database = Database::open(path);
    if (!database) return std::unexpected(database.error());
    if (auto made = database->run(schema); !made) return std::unexpected(made.error());
    return ListMemory{*std::move(database)};
}

Result<std::optional<HealthRecord>> ListMemory::health(std::string_view zone, std::string_view kind,
                                                       std::string_view resolver) {
    auto query = database_.prepare(
        "SELECT state, code, sentence, mend, checked FROM health WHERE zone = ? AND kind = ? AND resolver = ?");
    if (!query) return std::unexpected(query.error());
    query->bind(1, zone).bind(2, kind).bind(3, resolver);
    const auto row = query->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    return HealthRecord{query->text(0), query->text(1), query->text(2), query->text(3),
                        Instant{std::chrono::milliseconds{query->integer(4)}}};
}

Result<void> ListMemory::remember_health(std::string_view zone, std::string_view kind, std::string_view resolver,
                                         const HealthRecord& record) {
    auto insert = database_.prepare("INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    if (!insert) return std::unexpected(insert.error());
    insert->bind(1, zone)
        .bind(2, kind)
        .bind(3, resolver)
        .bind(4, record.state)
        .bind(5, record.code)
        .bind(6, record.sentence);
    insert->bind(7, record.mend).bind(8, milliseconds(record.checked));
    return finish(*insert);
}

Result<std::int64_t> ListMemory::take_budget(std::string_view account, Instant now, std::int64_t wanted,
                                             std::int64_t limit) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return std::unexpected(transaction.error());
    const std::string day = to_date(now);

    auto query = database_.prepare("SELECT used FROM budget WHERE account = ? AND day = ?");
    if (!query) return std::unexpected(query.error());
    query->bind(1, account).bind(2, day);
    const auto row = query->step();
    if (!row) return std::unexpected(row.error());
    const std::int64_t used = *row ? query->integer(0) : 0;
    const std::int64_t granted = std::clamp<std::int64_t>(limit - used, 0, wanted);

    auto update = database_.prepare("INSERT OR REPLACE INTO budget VALUES (?, ?, ?)");
    if (!update) return std::unexpected(update.error());
    update->bind(1, account).bind(2, day).bind(3, used + granted);
    if (auto updated = finish(*update); !updated) return std::unexpected(updated.error());
    auto purge = database_.prepare("DELETE FROM budget WHERE day < ?");
    if (!purge) return std::unexpected(purge.error());
    purge->bind(1, to_date(now - std::chrono::days{7}));
    if (auto purged = finish(*purge); !purged) return std::unexpected(purged.error());
    if (auto committed = transaction->commit(); !committed) return std::unexpected(committed.error());
    return granted;
}

Result<void> ListMemory::return_budget(std::string_view account, Instant now, std::int64_t unused) {
    auto update = database_.prepare("UPDATE budget SET used = max(0, used - ?) WHERE account = ? AND day = ?");
    if (!update) return std::unexpected(update.error());
    const std::string day = to_date(now);
    update->bind(1, unused).bind(2, account).bind(3, day);
    return finish(*update);
}

Result<Instant> ListMemory::note_listing(std::string_view subject, std::string_view zone, Instant now) {
    auto insert = database_.prepare("INSERT OR IGNORE INTO listing VALUES (?, ?, ?)");
    if (!insert) return std::unexpected(insert.error());
    insert->bind(1, subject).bind(2, zone).bind(3, milliseconds(now));
    if (auto inserted = finish(*insert); !inserted) return std::unexpected(inserted.error());
    auto query = database_.prepare("SELECT since FROM listing WHERE subject = ? AND zone = ?");
    if (!query) return std::unexpected(query.error());
    query->bind(1, subject).bind(2, zone);
    if (const auto row = query->step(); !row) return std::unexpected(row.error());
    return Instant{std::chrono::milliseconds{query->integer(0)}};
}

Result<void> ListMemory::forget_listing(std::string_view subject, std::string_view zone) {
    auto remove = database_.prepare("DELETE FROM listing WHERE subject = ? AND zone = ?");
    if (!remove) return std::unexpected(remove.error());
    remove->bind(1, subject).bind(2, zone);
    return finish(*remove);
}

}  // namespace postern::store
