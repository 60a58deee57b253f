// SPDX-License-Identifier: Apache-2.0
#include "app/probe/probe_command.hpp"

#include "app/cli/shared_options.hpp"
#include "app/probe/control.hpp"
#include "app/probe/settings.hpp"
#include "app/probe/sink.hpp"
#include "app/serve/daemon.hpp"
#include "net/deadline.hpp"
#include "net/random.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace postern::app {
namespace {

using namespace probe;

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::string draw(net::RandomIds& random, std::size_t octets) {
    std::string out;
    while (out.size() < octets) {
        const std::uint16_t drawn = random.next();
        out += static_cast<char>(drawn & 0xff);
        out += static_cast<char>(drawn >> 8);
    }
    return out;
}

std::string hexadecimal(std::string_view octets) {
    std::string out;
    for (const char c : octets) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

/// Whole or not at all, and never readable by others.
Result<void> write_secrets(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    unlink(fresh.c_str());
    const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool done = file >= 0;
    if (done) {
        done = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
        done = close(file) == 0 && done;
    }
    if (!done || rename(fresh.c_str(), path.c_str()) != 0) return bad_option("--token-file", path, "cannot be written");
    return {};
}

Exit add_token(ProbeSettings settings) {
    net::RandomIds random;
    TokenFile& tokens = settings.tokens;
    if (tokens.key.empty()) {
        auto key = net::make_tls_key();
        if (!key) return refuse(key.error().message);
        tokens.key = *std::move(key);
    }
    const std::string secret = hexadecimal(draw(random, 16));
    tokens.tokens.push_back({settings.add_token, secret});
    // Read back before it is written: a name that the file cannot hold is refused here.
    if (const auto parsed = parse_token_file(tokens.to_text()); !parsed)
        return refuse(fmt::format("--add-token: {}", parsed.error().message));
    const auto pin = net::tls_pin(tokens.key);
    if (!pin) return refuse(pin.error().message);
    if (const auto written = write_secrets(settings.token_file, tokens.to_text()); !written)
        return refuse(written.error().message);
    fmt::print("{}.{}\n", secret, *pin);
    fmt::print(stderr, "Where the audit runs: --vantage NAME=https://THIS-HOST:8443/#{}.{}\n", secret, *pin);
    return Exit::well;
}

/// A session is a descriptor; the usual soft limit of 1,024 is for other programs.
void raise_descriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65'536);
    (void)setrlimit(RLIMIT_NOFILE, &limit);  // refused: it serves fewer at once, and pauses when it runs out
}

Result<net::TlsIdentity> identity_of(const ProbeSettings& settings) {
    if (settings.certificate.empty()) return net::make_tls_identity(settings.tokens.key, settings.name, now());
    auto chain = read_file("--certificate", settings.certificate);
    if (!chain) return std::unexpected(chain.error());
    auto key = read_file("--key", settings.key);
    if (!key) return std::unexpected(key.error());
    return net::TlsIdentity{*std::move(key), *std::move(chain)};
}

/// How long messages under way are waited for when the probe is ended.
constexpr std::chrono::seconds drain_time{5};

class Probe {
public:
    Probe(net::Loop& loop, const ProbeSettings& settings, net::TlsContext& tls)
        : loop_(loop),
          settings_(settings),
          tls_(tls),
          tasks_(loop.executor(),
                 [](std::string_view task, const std::exception_ptr&) {
                     log_line(fmt::format("internal fault in {}", task));
                 }),
          sink_(loop, tasks_, watches_, tls,
                {.name = settings.name,
                 .max_per_address = settings.max_per_address,
                 .max_new_a_minute = 6 * settings.max_per_address},
                &now),
          outward_(loop, {.name = settings.name, .targets = settings.targets, .control = settings.port25_control}),
          control_(watches_, outward_, settings.tokens,
                   {.name = settings.name,
                    .addresses = settings.addresses,
                    .ports = settings.ports,
                    .tls_ports = settings.tls_ports},
                   &now, [this] { return draw(random_, wire::ProbeToken::drawn); }),
          woken_(loop.executor(), net::Clock::time_point::max()) {}

    /// False: it did not start; what is wrong has been said.
    net::Task<> run(bool& started) {
        const auto opened = open();
        started = opened.has_value();
        if (!opened) log_line("not started: " + opened.error().message);
        else log_line(fmt::format("probe {}: listening; pin {}", settings_.name, pin()));
        loop_.on_termination([this] { woken_.cancel(); });
        if (opened) {
            tasks_.spawn("port 25 outward", outward_.watch_port25());
            co_await woken_.async_wait(net::as_values);
        }
        sink_.drain();
        co_await wait_for_messages();
        for (net::Listener& door : doors_) door.close();
        tasks_.cancel();
        co_await tasks_.join();
    }

private:
    /// Those under way may end, for a while; a second signal ends the wait. Audits may still fetch what arrived.
    net::Task<> wait_for_messages() {
        bool hurried = false;
        loop_.on_termination([&] { hurried = true; });
        const auto until = net::Clock::now() + drain_time;
        while (sink_.sessions() > 0 && !hurried && net::Clock::now() < until) {
            net::Timer pause(loop_.executor(), std::chrono::milliseconds(50));
            (void)co_await pause.async_wait(net::as_values);  // cancelled or not, the count tells
        }
        loop_.on_termination([] {});
    }

    [[nodiscard]] std::string pin() const {
        return settings_.certificate.empty() ? net::tls_pin(settings_.tokens.key).value_or("")
                                             : "of the certificate's own";
    }

    Result<void> open() {
        for (const IpAddress& ip : settings_.listen) {
            for (const bool implicit : {false, true})
                for (const std::uint16_t port : implicit ? settings_.tls_ports : settings_.ports)
                    if (auto done = sink_.open({{ip, port}, implicit}); !done) return done;
            auto door = net::Listener::open(loop_.executor(), {{ip, settings_.control_port}, {}});
            if (!door) return std::unexpected(door.error());
            net::Listener& kept = doors_.emplace_back(*std::move(door));
            tasks_.spawn(
                "control port",
                kept.accept(tasks_,
                            {.most = 64, .most_per_address = 16, .most_per_network = 16, .refusal = {}, .exempt = {}},
                            [this](net::Stream stream) { return control(std::move(stream)); }));
        }
        return {};
    }

    net::Task<> control(net::Stream stream) {
        const auto shaken = co_await net::with_deadline(stream.start_tls_server(tls_.get()),
                                                        net::Clock::now() + std::chrono::seconds(15));
        if (!shaken || !*shaken) co_return;
        std::optional<IpAddress> peer;
        if (const auto endpoint = stream.peer()) peer = endpoint->address;
        co_await net::serve_http_on(stream, {.body = 64 * 1024}, [this, peer](net::HttpRequest request) {
            return control_.answer(std::move(request), peer);
        });
    }

    net::Loop& loop_;
    const ProbeSettings& settings_;
    net::TlsContext& tls_;
    net::TaskGroup tasks_;
    net::RandomIds random_;
    Watches watches_;
    Sink sink_;
    Outward outward_;
    Control control_;
    std::list<net::Listener> doors_;
    net::Timer woken_;
};

}  // namespace

Exit run_probe(const Invocation& invocation) {
    auto settings = read_probe_settings(invocation);
    if (!settings) return refuse(settings.error().message);
    if (!settings->add_token.empty()) return add_token(*std::move(settings));
    const auto identity = identity_of(*settings);
    if (!identity) return refuse(identity.error().message);
    auto tls = net::TlsContext::server(*identity);
    if (!tls) return refuse(tls.error().message);
    raise_descriptors();
    net::Loop loop;
    Probe probe(loop, *settings, *tls);
    bool started = false;
    loop.run(probe.run(started));
    return started ? Exit::well : Exit::usage;
}

}  // namespace postern::app
