// SPDX-License-Identifier: Apache-2.0
#include "app/serve/daemon.hpp"

#include "app/serve/held_signals.hpp"
#include "base/text.hpp"
#include "net/http.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>

namespace postern::app {
namespace {

constexpr std::size_t longest_line = 16 * 1024;

std::string what(const std::exception_ptr& fault) {
    try {
        std::rethrow_exception(fault);
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {  // nothing in this program throws such a thing; a third party might
        return "an unknown exception";
    }
}

net::Task<net::HttpAnswer> answer_metrics(store::Metrics& metrics, const store::EventLog& events,
                                          net::HttpRequest request) {
    metrics.counter("postern_events_written_total", "Events written to the store")
        .set(static_cast<std::int64_t>(events.written()));
    metrics.counter("postern_events_lost_total", "Events for which there was no room while the store failed")
        .set(static_cast<std::int64_t>(events.lost()));
    metrics.gauge("postern_store_failing", "1 while events cannot be written").set(events.failing() ? 1 : 0);
    if (request.target != "/metrics") co_return net::HttpAnswer{404, {}, "Metrics are at /metrics.\n"};
    co_return net::HttpAnswer{200, {{"content-type", "text/plain; version=0.0.4"}}, metrics.to_prometheus()};
}

std::string url_of(const net::SocketAddress& address) {
    if (address.is_unix()) return address.to_string();
    const std::string ip = address.endpoint.address.to_string();
    return fmt::format("http://{}:{}/metrics", address.endpoint.address.is_v6() ? "[" + ip + "]" : ip,
                       address.endpoint.port);
}

}  // namespace

void log_line(std::string_view text) {
    // Under systemd the journal reads the level in front; on a terminal it would only disturb.
    const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    const std::string line = fmt::format("{}{}\n", journal ? "<6>" : "", printable(text, longest_line));
    (void)!write(STDERR_FILENO, line.data(), line.size());  // nobody reads it: nothing can be said to anybody
}

Daemon::Daemon(net::Loop& loop, store::EventLog& events, std::string data_dir, Reload reload)
    : loop_(loop),
      events_(events),
      data_dir_(std::move(data_dir)),
      reload_(std::move(reload)),
      tasks_(loop.executor(),
             [](std::string_view task, const std::exception_ptr& fault) {
                 log_line(fmt::format("internal fault in {}: {}", task, what(fault)));
             }),
      woken_(loop.executor(), net::Clock::time_point::max()) {}

Result<void> Daemon::open_metrics(const Config& config) {
    if (config.serve.metrics.empty()) return {};
    const auto address = net::SocketAddress::parse(config.serve.metrics, 9'925);
    if (!address) return std::unexpected(address.error());
    auto door = net::Listener::open(loop_.executor(), *address);
    if (!door)
        return fail("serve.metrics", fmt::format("metrics: {} ([serve] metrics; \"\" for none)", door.error().message));
    metrics_door_.emplace(*std::move(door));
    tasks_.spawn("metrics",
                 metrics_door_->accept(
                     tasks_, {.most = 16, .most_per_address = 16, .most_per_network = 16, .refusal = {}, .exempt = {}},
                     [this](net::Stream stream) {
                         return net::serve_http(std::move(stream), {}, [this](net::HttpRequest request) {
                             return answer_metrics(metrics_, events_, std::move(request));
                         });
                     }));
    return {};
}

Result<void> Daemon::open(const std::vector<const RoleEntry*>& wanted, const Config& config) {
    drain_time_ = config.serve.drain;
    for (const RoleEntry* entry : wanted) {
        auto role = entry->make({loop_, tasks_, events_, metrics_, &log_line, data_dir_}, config);
        if (auto opened = role->open(); !opened)
            return fail(opened.error().code, fmt::format("{}: {}", entry->name, opened.error().message));
        roles_.push_back(std::move(role));
    }
    return open_metrics(config);
}

void Daemon::reload() {
    const auto config = reload_();
    if (!config) {
        log_line("reload refused, the old settings hold: " + config.error().message);
        return;
    }
    std::vector<std::move_only_function<void()>> steps;
    for (const auto& role : roles_) {
        auto step = role->prepare(*config);
        if (!step) {
            log_line("reload refused, the old settings hold: " + step.error().message);
            return;
        }
        steps.push_back(*std::move(step));
    }
    for (auto& step : steps) step();
    log_line("reloaded");
    for (const auto& role : roles_) log_line(role->status());
}

void Daemon::end() {
    at_once_ = ending_;
    ending_ = true;
    woken_.cancel();
}

net::Task<> Daemon::until_idle() {
    const auto deadline = net::Clock::now() + drain_time_;
    const auto idle = [&] { return std::ranges::all_of(roles_, [](const auto& role) { return role->idle(); }); };
    while (!at_once_ && !idle() && net::Clock::now() < deadline) {
        woken_.expires_after(std::chrono::milliseconds(50));
        co_await woken_.async_wait(net::as_values);
    }
}

net::Task<bool> Daemon::run(std::vector<const RoleEntry*> wanted, Config config) {
    const auto opened = open(wanted, config);
    if (!opened) log_line("not started: " + opened.error().message);
    if (opened) {
        for (const auto& role : roles_) log_line(role->status());
        if (metrics_door_) log_line("metrics: " + url_of(metrics_door_->address()));
        loop_.on_termination([this] { end(); });
        loop_.on_hangup([this] { reload(); });
        release_signals();
        while (!ending_) {
            woken_.expires_at(net::Clock::time_point::max());
            co_await woken_.async_wait(net::as_values);
        }
        log_line("ending: conversations under way may finish");
    }
    for (const auto& role : roles_) role->drain();
    if (opened) co_await until_idle();
    for (const auto& role : roles_) role->stop();
    if (metrics_door_) metrics_door_->close();
    tasks_.cancel();
    co_await tasks_.join();
    roles_.clear();
    co_return opened.has_value();
}

}  // namespace postern::app
