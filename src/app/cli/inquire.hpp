// SPDX-License-Identifier: Apache-2.0
// Runs one inquiry over the network for a command: loop, resolver, deadline.
#pragma once

#include "base/inquiry.hpp"
#include "net/resolver.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace postern::app {

template <class T>
struct Learnt {
    T value;
    std::string note;  ///< about the way answers come; empty if nothing
};

/// Each look-up may take `timeout`. Errors: those of net::open_resolver.
template <class T>
[[nodiscard]] Result<Learnt<T>> inquire(const net::ResolverOptions& options, std::chrono::milliseconds timeout,
                                        dns::Inquiry<T> inquiry) {
    struct Run {
        static net::Task<> go(net::Loop& loop, net::ResolverOptions options, std::chrono::milliseconds timeout,
                              dns::Evaluation<T> evaluation, std::optional<Result<Learnt<T>>>& out) {
            auto resolver = co_await net::open_resolver(loop, std::move(options));
            if (!resolver) {
                out = std::unexpected(resolver.error());
                co_return;
            }
            std::vector<dns::Answer> answers;
            for (;;) {
                auto step = evaluation.step(answers);
                if (auto* value = std::get_if<T>(&step)) {
                    out = Learnt<T>{std::move(*value), (*resolver)->note()};
                    break;
                }
                answers = co_await (*resolver)->ask_all(std::move(std::get<dns::Questions>(step)),
                                                        net::Clock::now() + timeout);
            }
            co_await (*resolver)->close();
        }
    };
    net::Loop loop;
    std::optional<Result<Learnt<T>>> out;
    loop.run(Run::go(loop, options, timeout, dns::Evaluation<T>(std::move(inquiry)), out));
    return *std::move(out);
}

}  // namespace postern::app
