// SPDX-License-Identifier: Apache-2.0
// Which login sends under which addresses, on disk: for the gate after a restart and for `postern logins`.
//
// The gate writes whole logins. A person's word changes the rows at once and is left behind as a wish, in one transaction: a gate that
// runs takes it over with its next write, and one that does not reads the rows when it starts.
#pragma once

#include "store/database.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace postern::store {

struct LoginAddressRow {
    std::string address;
    std::int64_t first_day = 0, last_day = 0, days = 0;  ///< days since 1970; how many different ones
    bool declared = false;
    friend bool operator==(const LoginAddressRow&, const LoginAddressRow&) = default;
};
struct LoginRow {
    std::string login;
    std::int64_t first_day = 0, last_day = 0, days = 0;
    bool too_many = false;
    std::vector<LoginAddressRow> addresses;
    friend bool operator==(const LoginRow&, const LoginRow&) = default;
};
struct LoginWishRow {
    std::string what;  ///< "allow", "forget"
    std::string login, address;
    std::int64_t day = 0;
};

class LoginRows {
public:
    /// Errors: store.open, store.sqlite.
    [[nodiscard]] static Result<LoginRows> open(const std::string& path);

    /// By name; all, or the one called so.
    [[nodiscard]] Result<std::vector<LoginRow>> load(const std::optional<std::string>& login = std::nullopt);

    /// What `write` is given is what it returns to be written: the wishes since the last time, in their order. All in one transaction, so
    /// that no wish is lost and none is overwritten by what was learnt before it.
    struct Changes {
        std::vector<LoginRow> rows;
        std::vector<std::string> gone;
    };
    using Apply = std::function<Changes(const std::vector<LoginWishRow>& wishes)>;
    [[nodiscard]] Result<void> write(const Apply& apply);
    /// Whether a wish waits; cheap.
    [[nodiscard]] Result<bool> has_wishes();

    /// The row of one login as a person wants it (without addresses and days: gone), and the wish that says so.
    [[nodiscard]] Result<void> set(const LoginRow& row, bool gone, const LoginWishRow& wish);

private:
    explicit LoginRows(Database database) : database_(std::move(database)) {}
    [[nodiscard]] Result<void> replace(const LoginRow& row);
    [[nodiscard]] Result<void> remove(const std::string& login);
    Database database_;
};

}  // namespace postern::store
