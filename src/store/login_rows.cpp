// SPDX-License-Identifier: Apache-2.0
#include "store/login_rows.hpp"

#include <string_view>

namespace postern::store {
namespace {

constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS login (login TEXT PRIMARY KEY, first_day INTEGER, last_day INTEGER, days INTEGER, too_many INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS login_address (login TEXT, address TEXT, first_day INTEGER, last_day INTEGER, days INTEGER, declared INTEGER,
    PRIMARY KEY (login, address)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS login_wish (row INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, login TEXT, address TEXT, day INTEGER);
)";

Result<void> finish(Result<Statement>& statement) {
    if (!statement) return std::unexpected(statement.error());
    if (auto row = statement->step(); !row) return std::unexpected(row.error());
    return {};
}

}  // namespace

Result<LoginRows> LoginRows::open(const std::string& path) {
    auto database = Database::open(path);
    if (!database) return std::unexpected(database.error());
    if (auto made = database->run(schema); !made) return std::unexpected(made.error());
    return LoginRows(*std::move(database));
}

Result<std::vector<LoginRow>> LoginRows::load(const std::optional<std::string>& login) {
    constexpr std::string_view all =
        "SELECT l.login, l.first_day, l.last_day, l.days, l.too_many, a.address, a.first_day, a.last_day, a.days, "
        "a.declared FROM login l LEFT JOIN login_address a ON a.login = l.login";
    auto query =
        database_.prepare(std::string(all) + (login ? " WHERE l.login = ?1" : "") + " ORDER BY l.login, a.address");
    if (!query) return std::unexpected(query.error());
    if (login) query->bind(1, *login);
    std::vector<LoginRow> out;
    for (;;) {
        const auto row = query->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return out;
        if (out.empty() || out.back().login != query->text(0))
            out.push_back(
                {query->text(0), query->integer(1), query->integer(2), query->integer(3), query->integer(4) != 0, {}});
        if (std::string address = query->text(5); !address.empty())
            out.back().addresses.push_back(
                {std::move(address), query->integer(6), query->integer(7), query->integer(8), query->integer(9) != 0});
    }
}

Result<bool> LoginRows::has_wishes() {
    auto query = database_.prepare("SELECT 1 FROM login_wish LIMIT 1");
    if (!query) return std::unexpected(query.error());
    return query->step();
}

Result<void> LoginRows::remove(const std::string& login) {
    for (const char* text : {"DELETE FROM login_address WHERE login = ?", "DELETE FROM login WHERE login = ?"}) {
        auto statement = database_.prepare(text);
        if (statement) statement->bind(1, login);
        if (auto done = finish(statement); !done) return done;
    }
    return {};
}

Result<void> LoginRows::replace(const LoginRow& row) {
    if (auto removed = remove(row.login); !removed) return removed;
    auto insert = database_.prepare("INSERT INTO login VALUES (?, ?, ?, ?, ?)");
    if (insert)
        insert->bind(1, row.login)
            .bind(2, row.first_day)
            .bind(3, row.last_day)
            .bind(4, row.days)
            .bind(5, std::int64_t{row.too_many});
    if (auto done = finish(insert); !done) return done;
    for (const LoginAddressRow& one : row.addresses) {
        auto address = database_.prepare("INSERT OR REPLACE INTO login_address VALUES (?, ?, ?, ?, ?, ?)");
        if (address) {
            address->bind(1, row.login).bind(2, one.address).bind(3, one.first_day).bind(4, one.last_day);
            address->bind(5, one.days).bind(6, std::int64_t{one.declared});
        }
        if (auto done = finish(address); !done) return done;
    }
    return {};
}

Result<void> LoginRows::write(const Apply& apply) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return std::unexpected(transaction.error());
    std::vector<LoginWishRow> wishes;
    auto take = database_.prepare("SELECT what, login, address, day FROM login_wish ORDER BY row");
    if (!take) return std::unexpected(take.error());
    for (;;) {
        const auto row = take->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) break;
        wishes.push_back({take->text(0), take->text(1), take->text(2), take->integer(3)});
    }
    if (auto emptied = database_.run("DELETE FROM login_wish"); !emptied) return emptied;
    const Changes changes = apply(wishes);
    for (const LoginRow& row : changes.rows)
        if (auto done = replace(row); !done) return done;
    for (const std::string& login : changes.gone)
        if (auto done = remove(login); !done) return done;
    return transaction->commit();
}

Result<void> LoginRows::set(const LoginRow& row, bool gone, const LoginWishRow& wish) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return std::unexpected(transaction.error());
    if (auto done = gone ? remove(row.login) : replace(row); !done) return done;
    auto insert = database_.prepare("INSERT INTO login_wish (what, login, address, day) VALUES (?, ?, ?, ?)");
    if (insert) insert->bind(1, wish.what).bind(2, wish.login).bind(3, wish.address).bind(4, wish.day);
    if (auto done = finish(insert); !done) return done;
    return transaction->commit();
}

}  // namespace postern::store
