// SPDX-License-Identifier: Apache-2.0
// Where a server listens or is reached: "203.0.113.26@25", "[2001:db8::25]@25", "2001:db8::25@25", "unix:/run/clamav/clamd.ctl".
#pragma once

#include "net/endpoint.hpp"

#include <string>

namespace postern::net {

struct SocketAddress {
    Endpoint endpoint;  ///< meaningless when `path` is given
    std::string path;   ///< of a unix socket; empty: TCP

    /// Errors: endpoint.malformed (what is wrong and how it is written).
    [[nodiscard]] static Result<SocketAddress> parse(std::string_view text, std::uint16_t default_port);
    [[nodiscard]] bool is_unix() const { return !path.empty(); }
    /// As it is written in a configuration.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};

}  // namespace postern::net
