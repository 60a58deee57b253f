// SPDX-License-Identifier: Apache-2.0
// Asks rspamd about a message, over connections that are kept: one a question under way, the idle ones reused.
#pragma once

#include "net/http.hpp"
#include "wire/rspamd.hpp"

#include <memory>
#include <vector>

namespace postern::net {

class RspamdClient {
public:
    static constexpr std::size_t max_idle = 32;

    struct Options {
        SocketAddress server;  ///< of a normal or proxy worker: 127.0.0.1@11333
        std::string password;  ///< empty: none
    };

    RspamdClient(Executor executor, Options options) : executor_(executor), options_(std::move(options)) {}

    /// `message` whole, header and body. Errors: net.*, rspamd.*
    Task<Result<wire::SpamVerdict>> check(std::string message, wire::SpamQuery query, Clock::time_point deadline);
    /// Whether it is there at all, over a connection of its own. Errors: net.*, rspamd.error.
    Task<Result<void>> ping(Clock::time_point deadline);

private:
    Executor executor_;
    Options options_;
    std::vector<std::unique_ptr<HttpClient>> idle_;
};

}  // namespace postern::net
