// SPDX-License-Identifier: Apache-2.0
// An expected failure: a stable code for programs and one sentence for people.
//
// Functions that can fail for reasons of the outside world return Result<T>. Exceptions are left to allocation, third parties
// and cancellation.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace postern {

struct Error {
    std::string_view code;  ///< "dns.name.too_long": room, thing, fault; a literal, never composed
    std::string message;    ///< one sentence without a full stop, ready to stand behind a file name or an argument

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail("dns.name.empty", "a name needs at least one label");`
[[nodiscard]] inline std::unexpected<Error> fail(std::string_view code, std::string message) {
    return std::unexpected(Error{code, std::move(message)});
}

}  // namespace postern
