// SPDX-License-Identifier: Apache-2.0
#include "net/resolver.hpp"

#include <memory>

namespace postern::net {
namespace {

/// Answers on their way in; the last one resumes the coroutine.
struct Gathering {
    std::vector<dns::Answer> answers;
    std::size_t missing;
    std::move_only_function<void(std::vector<dns::Answer>)> resume;
};

}  // namespace

Result<ResolverOptions::Stub> parse_stub(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return fail("stub.malformed", "is written ZONE=ADDR or ZONE=ADDR@PORT");
    const auto zone = DomainName::parse(text.substr(0, equals));
    if (!zone) return fail("stub.malformed", zone.error().message);
    const auto server = Endpoint::parse(text.substr(equals + 1), 53);
    if (!server) return fail("stub.malformed", server.error().message);
    return ResolverOptions::Stub{*zone, *server};
}

Task<dns::Answer> Resolver::ask(dns::Question question, Clock::time_point deadline) {
    asio::use_awaitable_t<Executor> token;
    co_return co_await asio::async_initiate<asio::use_awaitable_t<Executor>, void(dns::Answer)>(
        [this, deadline](auto handler, dns::Question asked) {
            asker_->ask(std::move(asked), deadline, [resume = std::move(handler)](dns::Answer answer) mutable {
                std::move(resume)(std::move(answer));
            });
        },
        token, std::move(question));
}

Task<std::vector<dns::Answer>> Resolver::ask_all(dns::Questions questions, Clock::time_point deadline) {
    if (questions.empty()) co_return std::vector<dns::Answer>{};
    asio::use_awaitable_t<Executor> token;
    co_return co_await asio::async_initiate<asio::use_awaitable_t<Executor>, void(std::vector<dns::Answer>)>(
        [this, deadline](auto handler, dns::Questions asked) {
            // Last holder: the callback of the last answer.
            auto gathering = std::make_shared<Gathering>();
            gathering->answers.resize(asked.size());
            gathering->missing = asked.size();
            gathering->resume = [moved = std::move(handler)](std::vector<dns::Answer> answers) mutable {
                std::move(moved)(std::move(answers));
            };
            for (std::size_t i = 0; i < asked.size(); ++i)
                asker_->ask(std::move(asked[i]), deadline, [gathering, i](dns::Answer answer) {
                    gathering->answers[i] = std::move(answer);
                    if (--gathering->missing == 0) gathering->resume(std::move(gathering->answers));
                });
        },
        token, std::move(questions));
}

}  // namespace postern::net
