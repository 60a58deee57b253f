// SPDX-License-Identifier: Apache-2.0
#include "net/exchange.hpp"

#include "net/deadline.hpp"
#include "net/stream.hpp"

#include <array>
#include <cstdio>

namespace postern::net {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr auto tick_length = std::chrono::milliseconds(20);

std::string framed_for_tcp(std::string message) {  // RFC 1035 4.2.2
    const std::array<char, 2> length{static_cast<char>(message.size() >> 8), static_cast<char>(message.size() & 0xff)};
    message.insert(0, length.data(), length.size());
    return message;
}

/// The whole dialogue over one connection: its octets or what went wrong.
Task<Result<std::string>> converse(Executor executor, Endpoint server, std::string query) {
    Stream stream(executor);
    if (auto connected = co_await stream.connect(server); !connected) co_return std::unexpected(connected.error());
    if (auto written = co_await stream.write(std::move(query)); !written) co_return std::unexpected(written.error());
    const auto length = co_await stream.read_exactly(2);
    if (!length) co_return std::unexpected(length.error());
    const auto octet = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>((*length)[i]));
    };
    co_return co_await stream.read_exactly(octet(0) << 8 | octet(1));
}

}  // namespace

Exchange::Exchange(Loop& loop, Endpoint server, Options options)
    : loop_(loop),
      server_(server),
      label_(options.label.empty() ? server.to_string(dns_port) : std::move(options.label)),
      recursion_desired_(options.recursion_desired),
      tasks_(loop.executor(),
             [](std::string_view task, const std::exception_ptr& fault) {
                 // Nothing in these tasks throws but allocation, and without memory nothing true can be said.
                 std::fprintf(stderr, "postern: %.*s ended unexpectedly\n", static_cast<int>(task.size()), task.data());
                 std::rethrow_exception(fault);
             }),
      ports_(
          server, tasks_, loop.executor(),
          [this](std::size_t port, std::string_view octets) { flight_.take(port, octets, Clock::now()); },
          [this](std::size_t port) { flight_.nobody_there(port); }),
      flight_(*this, label_, recursion_desired_),
      ticker_(loop.executor()) {}

void Exchange::ask(dns::Question question, Clock::time_point deadline, Done done) {
    if (!abandoned_.empty()) {
        dns::Answer answer{
            .question = std::move(question), .outcome = dns::Outcome::not_asked, .why = abandoned_, .resolver = label_};
        return loop_.post(
            [moved = std::move(done), answer = std::move(answer)]() mutable { moved(std::move(answer)); });
    }
    flight_.ask(std::move(question), Clock::now(), deadline, std::move(done));
    if (!std::exchange(ticking_, true)) tasks_.spawn("dns timeouts", tick());
}

void Exchange::abandon(std::string why) {
    if (!abandoned_.empty()) return;
    abandoned_ = std::move(why);
    // Not within this call: whoever abandons may stand in the middle of its own work.
    loop_.post([left = flight_.take_all(), why = abandoned_, label = label_]() mutable {
        for (auto& [question, done] : left)
            done({.question = std::move(question), .outcome = dns::Outcome::not_asked, .why = why, .resolver = label});
    });
}

Task<> Exchange::close() {
    abandon("the resolver was closed");
    closed_ = true;
    ports_.close();
    ticker_.cancel();
    tasks_.cancel();
    co_await tasks_.join();
}

void Exchange::start_tcp(std::uint16_t id, const dns::Question& question, Clock::time_point deadline) {
    tasks_.spawn("dns over tcp", over_tcp(id, question, deadline));
}

Task<> Exchange::over_tcp(std::uint16_t id, dns::Question question, Clock::time_point deadline) {
    std::string query = framed_for_tcp(wire::encode_query(id, question, {.recursion_desired = recursion_desired_}));
    auto octets = co_await with_deadline(converse(loop_.executor(), server_, std::move(query)), deadline);
    // A deadline met here is met in the flight too, at its next tick; there the question is gone already or ends as unreachable.
    flight_.take_tcp(id, question, octets ? *std::move(octets) : fail("dns.tcp.timed_out", "no answer in time"),
                     Clock::now());
}

Task<> Exchange::tick() {
    while (!closed_ && !flight_.idle()) {
        ticker_.expires_after(tick_length);
        co_await ticker_.async_wait(as_values);
        if (!closed_) flight_.tick(Clock::now());
    }
    ticking_ = false;
}

}  // namespace postern::net
