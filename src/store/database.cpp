// SPDX-License-Identifier: Apache-2.0
#include "store/database.hpp"

#include <fmt/format.h>

#include <sqlite3.h>

#include <sys/stat.h>

#include <utility>

namespace postern::store {
namespace {

std::unexpected<Error> failed(sqlite3* database) { return fail("store.sqlite", sqlite3_errmsg(database)); }

}  // namespace

void Statement::Close::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Statement& Statement::bind(int parameter, std::int64_t value) {
    sqlite3_bind_int64(handle_.get(), parameter, value);
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view value) {
    sqlite3_bind_text64(handle_.get(), parameter, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Result<bool> Statement::step() {
    switch (sqlite3_step(handle_.get())) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: return failed(sqlite3_db_handle(handle_.get()));
    }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

std::string Statement::text(int column) const {
    const auto* octets = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    return octets == nullptr
               ? std::string{}
               : std::string(octets, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)));
}

Result<Database> Database::open(const std::string& path) {
    constexpr int wait_milliseconds = 5'000;
    sqlite3* handle = nullptr;
    const mode_t before = umask(0077);
    const int opened = sqlite3_open_v2(path.c_str(), &handle,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    umask(before);
    Database database;
    database.handle_.reset(handle);  // to be closed even when opening failed
    if (opened != SQLITE_OK) return fail("store.open", fmt::format("{}: {}", path, sqlite3_errstr(opened)));
    sqlite3_busy_timeout(handle, wait_milliseconds);
    if (auto set = database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"); !set)
        return fail("store.open", fmt::format("{}: {}", path, set.error().message));
    return database;
}

Result<void> Database::run(const char* statements) {
    if (sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr) != SQLITE_OK) return failed(handle_.get());
    return {};
}

Result<Statement> Database::prepare(std::string_view statement) {
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v2(handle_.get(), statement.data(), static_cast<int>(statement.size()), &handle, nullptr) !=
        SQLITE_OK)
        return failed(handle_.get());
    Statement prepared;
    prepared.handle_.reset(handle);
    return prepared;
}

Result<Transaction> Transaction::begin(Database& database) {
    if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return std::unexpected(begun.error());
    return Transaction{database};
}

Result<void> Transaction::commit() { return std::exchange(database_, nullptr)->run("COMMIT"); }

Transaction::~Transaction() {
    if (database_ == nullptr) return;
    auto rolled_back = database_->run("ROLLBACK");
    (void)rolled_back;  // without it the transaction ends with the connection
}

}  // namespace postern::store
