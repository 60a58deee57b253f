// SPDX-License-Identifier: Apache-2.0
#include "net/rspamd_client.hpp"

#include <fmt/format.h>

namespace postern::net {

Task<Result<wire::SpamVerdict>> RspamdClient::check(std::string message, wire::SpamQuery query,
                                                    Clock::time_point deadline) {
    std::unique_ptr<HttpClient> client;
    if (idle_.empty()) {
        client =
            std::make_unique<HttpClient>(executor_, HttpClient::Options{.server = options_.server, .host = "rspamd"});
    } else {
        client = std::move(idle_.back());
        idle_.pop_back();
    }
    HttpRequest request{"POST", "/checkv2", wire::rspamd_fields(query), std::move(message)};
    if (!options_.password.empty()) request.fields["password"] = options_.password;
    const auto answer = co_await client->ask(std::move(request), deadline);
    if (!answer) co_return std::unexpected(answer.error());
    if (client->kept() && idle_.size() < max_idle) idle_.push_back(std::move(client));
    if (answer->status != 200) {
        const auto said = wire::read_rspamd_answer(answer->body);
        co_return fail("rspamd.error",
                       said ? fmt::format("rspamd answered with status {}", answer->status) : said.error().message);
    }
    co_return wire::read_rspamd_answer(answer->body);
}

Task<Result<void>> RspamdClient::ping(Clock::time_point deadline) {
    HttpClient client(executor_, {.server = options_.server, .host = "rspamd"});
    const auto answer = co_await client.ask({"GET", "/ping", {}, {}}, deadline);
    if (!answer) co_return std::unexpected(answer.error());
    // A worker that does not know the question is there all the same.
    if (answer->status >= 500)
        co_return fail("rspamd.error", fmt::format("rspamd answered with status {}", answer->status));
    co_return Result<void>();
}

}  // namespace postern::net
