// SPDX-License-Identifier: Apache-2.0
#include "app/collect/ways_out.hpp"

#include "app/cli/shared_options.hpp"
#include "app/collect/network.hpp"
#include "net/deadline.hpp"
#include "net/smtp_look.hpp"
#include "net/task_group.hpp"
#include "wire/smtp_reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace postern::app {
namespace {

using audit::WayOut;
using net::Task;

constexpr auto watch_length = std::chrono::minutes(10);

void rethrow(const std::exception_ptr& fault) { std::rethrow_exception(fault); }

/// One way, tried. The way itself lives outside: a deadline ends the task, not what was learnt.
struct Attempt {
    Attempt(net::Loop& loop, WayOut& out) : stream(loop.executor()), way(out) {}

    net::Stream stream;
    WayOut& way;
    std::optional<ProxyAddress> proxy;
    bool implicit_tls = false;
    std::string greeting;  ///< the token, with the way's tag
    std::string ahead;     ///< read behind a proxy's answer
};

bool has_no_route(const std::string& message) {
    return std::ranges::any_of(std::array{ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT},
                               [&](int code) { return message.contains(std::generic_category().message(code)); });
}

Task<Result<void>> through_proxy(Attempt& attempt) {
    wire::ProxyConnect connect(attempt.proxy->kind, attempt.way.to, attempt.way.port);
    if (auto written = co_await attempt.stream.write(connect.begin()); !written) co_return written;
    for (;;) {
        const auto more = co_await attempt.stream.read_some();
        if (!more) co_return std::unexpected(more.error());
        if (more->empty()) co_return fail("proxy.refused", "it closed the connection");
        auto step = connect.take(*more);
        if (!step) co_return std::unexpected(step.error());
        if (!step->write.empty())
            if (auto written = co_await attempt.stream.write(std::move(step->write)); !written) co_return written;
        if (!step->connected) continue;
        attempt.ahead = std::move(step->ahead);
        co_return Result<void>{};
    }
}

Task<Result<wire::SmtpReply>> read_reply(Attempt& attempt, wire::SmtpReplyReader& reader) {
    for (;;) {
        auto reply = reader.take(std::exchange(attempt.ahead, {}));
        if (!reply) co_return std::unexpected(reply.error());
        if (*reply) co_return **std::move(reply);
        const auto more = co_await attempt.stream.read_some();
        if (!more) co_return std::unexpected(more.error());
        if (more->empty()) co_return fail("net.closed", "it closed the connection");
        attempt.ahead = *more;
    }
}

/// A greeting with the token, and the farewell that makes the probe list the connection at once.
Task<Result<void>> greet(Attempt& attempt) {
    wire::SmtpReplyReader reader;
    for (const std::string& line : {std::string(), "EHLO " + attempt.greeting, std::string("QUIT")}) {
        if (!line.empty())
            if (auto written = co_await attempt.stream.write(line + "\r\n"); !written) co_return written;
        const auto reply = co_await read_reply(attempt, reader);
        if (!reply) co_return std::unexpected(reply.error());
        if (reply->code / 100 != 2)
            co_return fail("smtp.refused", fmt::format("it answers {} {}", reply->code, reply->lines.front()));
    }
    co_return Result<void>{};
}

Task<Result<void>> go(Attempt& attempt, net::TlsContext& tls) {
    const net::Endpoint far{attempt.way.to, attempt.way.port};
    if (auto connected = co_await attempt.stream.connect(attempt.proxy ? attempt.proxy->place : far); !connected) {
        attempt.way.no_route = !attempt.proxy && has_no_route(connected.error().message);
        co_return connected;
    }
    attempt.way.proxy_reached = attempt.proxy.has_value();
    if (attempt.proxy)
        if (auto through = co_await through_proxy(attempt); !through) co_return through;
    attempt.way.connected = true;
    if (attempt.implicit_tls)
        if (auto shaken = co_await attempt.stream.start_tls_client(tls.get(), {}); !shaken) co_return shaken;
    co_return co_await greet(attempt);
}

Task<> try_way(std::unique_ptr<Attempt> attempt, net::TlsContext& tls, std::chrono::milliseconds patience) {
    const auto gone = co_await net::with_deadline(go(*attempt, tls), net::Clock::now() + patience);
    if (!gone) attempt->way.why = attempt->way.connected ? "nothing sensible was said in time" : "no answer in time";
    else if (!*gone) attempt->way.why = gone->error().message;
    attempt->stream.close();
}

struct Plan {
    std::vector<WayOut> ways;
    std::vector<std::optional<ProxyAddress>> proxies;
    std::vector<bool> implicit;
};

Plan plan(const probe::Client& client, const WaysOutWishes& wishes) {
    Plan out;
    const auto add = [&](const IpAddress& ip, std::uint16_t port, bool implicit, std::optional<ProxyAddress> proxy) {
        out.ways.push_back({.by = proxy ? proxy->text : std::string(), .to = ip, .port = port, .seen_as = {}});
        out.implicit.push_back(implicit);
        out.proxies.push_back(std::move(proxy));
    };
    for (const IpAddress& ip : client.mail_addresses()) {
        for (const std::uint16_t port : client.about().ports) add(ip, port, false, {});
        for (const std::uint16_t port : client.about().tls_ports) add(ip, port, true, {});
        for (const ProxyAddress& proxy : wishes.proxies) add(ip, 25, false, proxy);
    }
    return out;
}

std::string tag_of(std::size_t index) { return fmt::format("w{}", index); }

Task<> use(net::Loop& loop, probe::Client& client, audit::Vantage& into, const WaysOutWishes& wishes) {
    into.probe_name = client.about().name;
    into.you = client.about().you;
    into.port25_out = client.about().port25_out;
    auto tls = net::TlsContext::client_for_a_look();
    auto watch = co_await client.open_watch(watch_length);
    if (!tls || !watch) {
        into.unknown = tls ? watch.error().message : tls.error().message;
        co_return;
    }
    Plan tried = plan(client, wishes);
    {
        net::TaskGroup tasks(loop.executor(),
                             [](std::string_view, const std::exception_ptr& fault) { rethrow(fault); });
        for (std::size_t i = 0; i < tried.ways.size(); ++i) {
            auto attempt = std::make_unique<Attempt>(loop, tried.ways[i]);
            attempt->proxy = tried.proxies[i];
            attempt->implicit_tls = tried.implicit[i];
            attempt->greeting = fmt::format("{}-{}", watch->token, tag_of(i));
            tasks.spawn("way out", try_way(std::move(attempt), *tls, wishes.patience));
        }
        co_await tasks.join();
    }
    const auto seen = co_await client.read_watch(watch->token);
    if (!seen) into.unknown = fmt::format("what arrived there could not be read: {}", seen.error().message);
    if (seen) into.connections = seen->connections;
    for (std::size_t i = 0; i < tried.ways.size(); ++i)
        for (const audit::SeenConnection& one : into.connections)
            if (one.tag == tag_of(i)) {
                tried.ways[i].arrived = true;
                tried.ways[i].seen_as = one.peer;
            }
    into.ways_out = std::move(tried.ways);
    (void)co_await client.close_watch(watch->token);  // it expires by itself otherwise
}

Task<> knock(net::Loop& loop, net::Endpoint server, WayOut& into, std::chrono::milliseconds patience) {
    const net::SmtpSight sight = co_await net::look_at_smtp(loop, server, {}, own_name(), net::Clock::now() + patience);
    into.connected = into.arrived = !sight.banner.empty();
    into.why = sight.unknown;
}

}  // namespace

Result<ProxyAddress> ProxyAddress::parse(std::string_view text) {
    using Kind = wire::ProxyConnect::Kind;
    const bool socks = text.starts_with("socks5://"), http = text.starts_with("http://");
    if (!socks && !http) return bad_option("--proxy", text, "begins with socks5:// or http://");
    const auto place = net::Endpoint::parse(text.substr(text.find("//") + 2), socks ? 1'080 : 3'128);
    if (!place) return bad_option("--proxy", text, "is written socks5://192.0.2.7@1080");
    return ProxyAddress{socks ? Kind::socks5 : Kind::http, *place, std::string(text)};
}

net::Task<> collect_ways_out(net::Loop& loop, net::Resolver& resolver, std::vector<probe::VantageAddress> vantages,
                             audit::Evidence& evidence, WaysOutWishes wishes) {
    for (const probe::VantageAddress& address : vantages) {
        wishes.progress("trying the ways to the probe " + address.name);
        audit::Vantage seen{.name = address.name};
        auto client = co_await probe::Client::open(loop, resolver, address, wishes.patience);
        if (!client) seen.unknown = client.error().message;
        else co_await use(loop, **client, seen, wishes);
        evidence.vantages.push_back(std::move(seen));
    }
    for (const net::Endpoint& server : wishes.destinations)
        evidence.destinations.push_back({.to = server.address, .port = server.port, .seen_as = {}});
    net::TaskGroup tasks(loop.executor(), [](std::string_view, const std::exception_ptr& fault) { rethrow(fault); });
    for (std::size_t i = 0; i < wishes.destinations.size(); ++i)
        tasks.spawn("destination", knock(loop, wishes.destinations[i], evidence.destinations[i], wishes.patience));
    co_await tasks.join();
}

}  // namespace postern::app
