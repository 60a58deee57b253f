// SPDX-License-Identifier: Apache-2.0
#include "net/diagnosis.hpp"

#include "net/exchange.hpp"

#include <fmt/format.h>

namespace postern::net {
namespace {

constexpr int most_climbed = 4;    // labels from the zone upwards, until one names its servers
constexpr int most_referrals = 3;  // from there down again

/// Servers of the zone, or of the nearest zone above it whose servers answer.
Task<std::vector<DomainName>> servers_near(Resolver& resolver, DomainName zone, Clock::time_point deadline) {
    for (int i = 0; i < most_climbed && !zone.is_root(); ++i, zone = zone.parent()) {
        const auto answer = co_await resolver.ask({zone, dns::Type::ns}, deadline);
        if (answer.outcome == dns::Outcome::found) co_return answer.names();
    }
    co_return std::vector<DomainName>{};
}

}  // namespace

Task<dns::Answer> ask_server_of(Loop& loop, Resolver& resolver, DomainName zone, dns::Question question,
                                Clock::time_point deadline) {
    dns::Answer answer{
        .question = question, .outcome = dns::Outcome::not_asked, .why = "no server of the zone was found"};
    auto servers = co_await servers_near(resolver, std::move(zone), deadline);
    for (int i = 0; i < most_referrals && !servers.empty(); ++i) {
        const DomainName name = servers.front();
        const auto addresses = (co_await resolver.ask({name, dns::Type::a}, deadline)).addresses();
        if (addresses.empty()) break;
        Resolver server(std::make_unique<Exchange>(loop, Endpoint{addresses.front(), 53},
                                                   Exchange::Options{.label = {}, .recursion_desired = false}),
                        {});
        answer = co_await server.ask(question, deadline);
        co_await server.close();
        servers = answer.delegation;
        if (!answer.is_definite())
            answer.why = fmt::format("{} ({}) says: {}", name.text(), addresses.front().to_string(), answer.why);
    }
    co_return answer;
}

}  // namespace postern::net
