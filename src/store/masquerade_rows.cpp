// SPDX-License-Identifier: Apache-2.0
#include "store/masquerade_rows.hpp"

namespace postern::store {
namespace {

constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS masquerade (sender TEXT, becomes TEXT, domain TEXT, places TEXT, messages INTEGER, changed INTEGER,
    left_signed INTEGER, first INTEGER, last INTEGER, who TEXT, PRIMARY KEY (sender, becomes)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS masquerade_totals (one INTEGER PRIMARY KEY CHECK (one = 1), messages INTEGER, touched INTEGER, left_signed INTEGER,
    dropped INTEGER, since INTEGER);
CREATE TABLE IF NOT EXISTS masquerade_confirmed (domain TEXT PRIMARY KEY, digest TEXT, at INTEGER) WITHOUT ROWID;
)";

std::int64_t milliseconds(Instant when) { return when.time_since_epoch().count(); }
Instant instant(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }

Result<void> finish(Result<Statement>& statement) {
    if (!statement) return std::unexpected(statement.error());
    if (auto row = statement->step(); !row) return std::unexpected(row.error());
    return {};
}

}  // namespace

Result<MasqueradeRows> MasqueradeRows::open(const std::string& path) {
    auto database = Database::open(path);
    if (!database) return std::unexpected(database.error());
    if (auto made = database->run(schema); !made) return std::unexpected(made.error());
    return MasqueradeRows(*std::move(database));
}

Result<std::vector<MasqueradeRow>> MasqueradeRows::load() {
    auto query = database_.prepare("SELECT sender, becomes, domain, places, messages, changed, left_signed, first, "
                                   "last, who FROM masquerade ORDER BY sender, becomes");
    if (!query) return std::unexpected(query.error());
    std::vector<MasqueradeRow> out;
    for (;;) {
        const auto row = query->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return out;
        out.push_back({query->text(0), query->text(1), query->text(2), query->text(3), query->integer(4),
                       query->integer(5), query->integer(6), instant(query->integer(7)), instant(query->integer(8)),
                       query->text(9)});
    }
}

Result<MasqueradeTotals> MasqueradeRows::totals() {
    auto query = database_.prepare("SELECT messages, touched, left_signed, dropped, since FROM masquerade_totals");
    if (!query) return std::unexpected(query.error());
    const auto row = query->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return MasqueradeTotals{};
    return MasqueradeTotals{query->integer(0), query->integer(1), query->integer(2), query->integer(3),
                            instant(query->integer(4))};
}

Result<void> MasqueradeRows::save(const std::vector<MasqueradeRow>& rows,
                                  const std::vector<std::pair<std::string, std::string>>& gone,
                                  const MasqueradeTotals& totals) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return std::unexpected(transaction.error());
    for (const auto& [from, to] : gone) {
        auto remove = database_.prepare("DELETE FROM masquerade WHERE sender = ? AND becomes = ?");
        if (remove) remove->bind(1, from).bind(2, to);
        if (auto done = finish(remove); !done) return done;
    }
    for (const MasqueradeRow& row : rows) {
        auto insert = database_.prepare("INSERT OR REPLACE INTO masquerade VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        if (insert) {
            insert->bind(1, row.from).bind(2, row.to).bind(3, row.domain).bind(4, row.places).bind(5, row.messages);
            insert->bind(6, row.changed).bind(7, row.left_signed).bind(8, milliseconds(row.first));
            insert->bind(9, milliseconds(row.last)).bind(10, row.who);
        }
        if (auto done = finish(insert); !done) return done;
    }
    auto sums = database_.prepare("INSERT OR REPLACE INTO masquerade_totals VALUES (1, ?, ?, ?, ?, ?)");
    if (sums)
        sums->bind(1, totals.messages)
            .bind(2, totals.touched)
            .bind(3, totals.left_signed)
            .bind(4, totals.dropped)
            .bind(5, milliseconds(totals.since));
    if (auto done = finish(sums); !done) return done;
    return transaction->commit();
}

Result<std::vector<MasqueradeConfirmation>> MasqueradeRows::confirmed() {
    auto query = database_.prepare("SELECT domain, digest, at FROM masquerade_confirmed ORDER BY domain");
    if (!query) return std::unexpected(query.error());
    std::vector<MasqueradeConfirmation> out;
    for (;;) {
        const auto row = query->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return out;
        out.push_back({query->text(0), query->text(1), instant(query->integer(2))});
    }
}

Result<void> MasqueradeRows::confirm(const std::vector<MasqueradeConfirmation>& confirmations) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return std::unexpected(transaction.error());
    if (auto emptied = database_.run("DELETE FROM masquerade_confirmed"); !emptied) return emptied;
    for (const MasqueradeConfirmation& one : confirmations) {
        auto insert = database_.prepare("INSERT INTO masquerade_confirmed VALUES (?, ?, ?)");
        if (insert) insert->bind(1, one.domain).bind(2, one.digest).bind(3, milliseconds(one.at));
        if (auto done = finish(insert); !done) return done;
    }
    return transaction->commit();
}

}  // namespace postern::store
