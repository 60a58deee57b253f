// SPDX-License-Identifier: Apache-2.0
// SQLite behind values: a database, a statement, a transaction. Write-ahead logging, so several processes read and write one file;
// a writer waits up to five seconds for another.
//
// Not for several threads at once: one Database belongs to one thread.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace postern::store {

/// One prepared statement; parameters are numbered from 1, columns from 0.
class Statement {
public:
    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, std::string_view value);

    /// True while there is a row. Errors: store.sqlite.
    [[nodiscard]] Result<bool> step();
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;

private:
    friend class Database;
    struct Close {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Close> handle_;
};

class Database {
public:
    /// Creates the file (not its directory) if it is absent; readable by its owner only. Errors: store.open.
    [[nodiscard]] static Result<Database> open(const std::string& path);

    /// Statements without parameters or rows, separated by semicolons. Errors: store.sqlite.
    [[nodiscard]] Result<void> run(const char* statements);
    /// Errors: store.sqlite.
    [[nodiscard]] Result<Statement> prepare(std::string_view statement);

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// From BEGIN IMMEDIATE (one writer at a time, over all processes) to commit; rolled back when it dies uncommitted.
class Transaction {
public:
    [[nodiscard]] static Result<Transaction> begin(Database& database);
    [[nodiscard]] Result<void> commit();
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    ~Transaction();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;  // nothing once committed
};

}  // namespace postern::store
