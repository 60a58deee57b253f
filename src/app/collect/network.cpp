// SPDX-License-Identifier: Apache-2.0
#include "app/collect/network.hpp"

#include "net/exchange.hpp"
#include "net/root_probe.hpp"
#include "net/smtp_look.hpp"
#include "net/task_group.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>

namespace postern::app {
namespace {

using audit::Evidence;
using audit::SmtpLook;

constexpr std::size_t max_looks = 8;

net::Task<> look(net::Loop& loop, SmtpLook& into, std::string greeting, net::Clock::time_point deadline) {
    const net::SmtpSight sight = co_await net::look_at_smtp(loop, {into.ip, into.port}, std::string(into.host.text()),
                                                            std::move(greeting), deadline);
    into.unknown = sight.unknown;
    into.banner = sight.banner;
    into.ehlo = sight.ehlo;
    into.ehlo_tls = sight.ehlo_tls;
    into.offered_tls = sight.offered_tls;
    into.tls_version = sight.tls_version;
    into.tls_problem = sight.tls_problem;
    into.certificate_names = sight.certificate_names;
    into.certificate_expires = sight.certificate_expires;
    into.certificate_problem = sight.certificate_problem;
    into.timed_out = sight.timed_out;
}

/// A label nobody has, so that its absence is certain.
std::string random_label() {
    std::random_device seed;
    return fmt::format("postern-{:08x}{:08x}", seed(), seed());
}

net::Task<> ask(net::Exchange& exchange, std::string name, dns::Type type, std::optional<dns::Answer>& into,
                net::Clock::time_point deadline) {
    net::Timer done(co_await net::asio::this_coro::executor, net::Clock::time_point::max());
    exchange.ask({*DomainName::parse(name), type}, deadline, [&](dns::Answer answer) {
        into = std::move(answer);
        done.cancel();
    });
    if (!into) co_await done.async_wait(net::as_values);
}

void judge_port25(Evidence& evidence) {
    std::size_t silent = 0;
    for (const SmtpLook& one : evidence.looks)
        if (one.port == 25 && one.timed_out) ++silent;
    // One silent server may be down; silence of all of them is the way out, for nobody runs several dead MX hosts.
    if (silent >= 2 && silent == evidence.looks.size()) {
        evidence.port25_blocked_here = true;
        evidence.port25_why = fmt::format("none of {} mail servers could be reached on port 25", silent);
    }
}

}  // namespace

std::string own_name() {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    const std::string text(name.data());
    return DomainName::parse(text) && text.contains('.') ? text : "localhost.localdomain";
}

net::Task<> collect_network(net::Loop& loop, net::Resolver&, Evidence& evidence, audit::MailHosts hosts,
                            NetworkWishes wishes) {
    net::TaskGroup tasks(loop.executor(),
                         [](std::string_view, const std::exception_ptr& fault) { std::rethrow_exception(fault); });
    const auto deadline = net::Clock::now() + wishes.timeout;
    if (wishes.smtp) {
        for (const audit::MailHost& host : hosts.hosts) {
            const audit::FilterService* service = audit::service_of(evidence.services, host.name);
            if (service != nullptr && service->shared) continue;  // a provider's shared hosts are not ours to look at
            for (const IpAddress& ip : host.addresses)
                if (evidence.looks.size() < max_looks) evidence.looks.push_back({.ip = ip, .host = host.name});
        }
        if (evidence.looks.empty())
            evidence.gaps["smtp"] = hosts.hosts.empty() ? "the domain has no mail host to look at"
                                                        : "its mail hosts are a provider's, which are not looked at";
        for (SmtpLook& one : evidence.looks) tasks.spawn("look", look(loop, one, own_name(), deadline));
    }
    std::unique_ptr<net::Exchange> exchange;
    if (wishes.resolver) {
        auto& seen = evidence.resolver.emplace();
        const auto servers = net::read_system_resolvers(wishes.resolv_conf);
        for (const net::Endpoint& server : servers) seen.addresses.push_back(server.address.to_string());
        if (servers.empty()) {
            seen.unknown = "no resolver is configured on this system";
        } else {
            exchange = std::make_unique<net::Exchange>(
                loop, servers.front(),
                net::Exchange::Options{.label = "system resolver " + servers.front().address.to_string()});
            tasks.spawn("test entry",
                        ask(*exchange, "2.0.0.127.zen.spamhaus.org", dns::Type::a, seen.test_listed, deadline));
            tasks.spawn("test absence",
                        ask(*exchange, "1.0.0.127.zen.spamhaus.org", dns::Type::a, seen.test_absent, deadline));
            tasks.spawn("absent name",
                        ask(*exchange, random_label() + ".com", dns::Type::a, seen.random_name, deadline));
            tasks.spawn("signed name", ask(*exchange, ".", dns::Type::ns, seen.signed_name, deadline));
        }
    }
    co_await tasks.join();
    if (exchange) co_await exchange->close();
    judge_port25(evidence);
}

}  // namespace postern::app
