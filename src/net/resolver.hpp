// SPDX-License-Identifier: Apache-2.0
// The program's way to the DNS: what was configured, or what this network allows.
//
// By default own recursion that validates. Where the way to the root is blocked, or somebody in between answers in the root
// servers' place, recursion would only produce time-outs or forgeries; then the system's resolver is asked, and both `note` and
// each answer's `resolver` say so. With resolvers given, every question goes to them and nowhere else.
#pragma once

#include "base/dns_machine.hpp"
#include "base/error.hpp"
#include "net/asker.hpp"
#include "net/endpoint.hpp"

#include <boost/asio/async_result.hpp>

#include <memory>
#include <string>
#include <vector>

namespace postern::net {

struct ResolverOptions {
    struct Stub {
        DomainName zone;
        Endpoint server;
    };
    std::vector<Endpoint> servers;  ///< forward to these; empty: recursion
    std::string root_hints;         ///< file; empty: the system's, else libunbound's own
    std::string trust_anchor;       ///< file; empty: the system's, but none with own root hints or with `servers`
    std::vector<Stub> stubs;
    std::string system_resolvers = "/etc/resolv.conf";
};

/// "bl.example.org=192.0.2.54" or "...@5353". Errors: stub.malformed.
[[nodiscard]] Result<ResolverOptions::Stub> parse_stub(std::string_view text);

class Resolver {
public:
    Resolver(std::unique_ptr<Asker> asker, std::string note, bool recurses = false)
        : asker_(std::move(asker)), note_(std::move(note)), recurses_(recurses) {}

    /// The answer, at `deadline` at the latest; every fault is an Outcome.
    Task<dns::Answer> ask(dns::Question question, Clock::time_point deadline);
    /// All asked at once; answers in the order of the questions.
    Task<std::vector<dns::Answer>> ask_all(dns::Questions questions, Clock::time_point deadline);

    /// Ends what is under way and all that comes as not_asked.
    void abandon(std::string why) { asker_->abandon(std::move(why)); }
    /// To be awaited before destruction.
    Task<> close() { return asker_->close(); }

    [[nodiscard]] std::string_view name() const { return asker_->name(); }
    /// What people should know about the way answers come: "recursion is blocked here: ..."; empty if nothing.
    [[nodiscard]] const std::string& note() const { return note_; }

    /// By itself, from the root.
    [[nodiscard]] bool recurses() const { return recurses_; }

private:
    std::unique_ptr<Asker> asker_;
    std::string note_;
    bool recurses_;
};

/// Errors: dns.resolver.file (a file that cannot be read or understood), dns.resolver.none (no resolver is configured on the
/// system and recursion is impossible).
Task<Result<std::unique_ptr<Resolver>>> open_resolver(Loop& loop, ResolverOptions options);

/// Steps the machine until it has its result.
template <dns::Machine M>
Task<typename M::Result> drive(M machine, Resolver& resolver, Clock::time_point deadline) {
    std::vector<dns::Answer> answers;
    for (;;) {
        auto step = machine.step(answers);
        if (auto* result = std::get_if<typename M::Result>(&step)) co_return std::move(*result);
        answers = co_await resolver.ask_all(std::move(std::get<dns::Questions>(step)), deadline);
    }
}

}  // namespace postern::net
