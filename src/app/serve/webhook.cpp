// SPDX-License-Identifier: Apache-2.0
#include "app/serve/webhook.hpp"

#include "net/root_probe.hpp"

#include <fmt/format.h>

#include <charconv>

namespace postern::app {
namespace {

using namespace std::chrono_literals;
using net::Clock;

}  // namespace

Result<WebhookUrl> WebhookUrl::parse(std::string_view text) {
    WebhookUrl out;
    out.tls = text.starts_with("https://");
    if (!out.tls && !text.starts_with("http://"))
        return fail("webhook.malformed", "a webhook begins with https:// or http://");
    text.remove_prefix(out.tls ? 8 : 7);
    const auto slash = text.find('/');
    std::string_view host = text.substr(0, slash);
    if (slash != text.npos) out.target = text.substr(slash);
    out.port = out.tls ? 443 : 80;
    const auto colon = host.rfind(':');
    const bool bracketed = host.starts_with('[');
    if (colon != host.npos && (!bracketed || host.find(']') < colon)) {
        const std::string_view digits = host.substr(colon + 1);
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
        if (fault != std::errc{} || end != digits.data() + digits.size() || out.port == 0)
            return fail("webhook.malformed", "the port of a webhook is a number from 1 to 65535");
        host = host.substr(0, colon);
    }
    if (bracketed && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const bool plain = out.target.find_first_of(" \r\n") == std::string::npos;
    if (!plain || host.empty() || (!IpAddress::parse(host) && !DomainName::parse(host)))
        return fail("webhook.malformed", "a webhook is written https://HOST/PATH");
    out.host = host;
    return out;
}

Webhook::Webhook(net::Loop& loop, WebhookUrl url, std::function<void(std::string_view)> log, store::Metrics& metrics,
                 Options options)
    : loop_(loop),
      url_(std::move(url)),
      log_(std::move(log)),
      options_(std::move(options)),
      sent_(metrics.counter("postern_webhook_sent_total", "Calls that the webhook took.")),
      lost_(metrics.counter("postern_webhook_lost_total", "Calls that it did not take, or that were too many.")),
      wake_(loop.executor(), Clock::time_point::max()),
      pause_(loop.executor()) {}

Result<std::unique_ptr<Webhook>> Webhook::make(net::Loop& loop, WebhookUrl url,
                                               std::function<void(std::string_view)> log, store::Metrics& metrics,
                                               Options options) {
    std::unique_ptr<Webhook> out(new Webhook(loop, std::move(url), std::move(log), metrics, std::move(options)));
    if (!out->url_.tls) return out;
    auto context = net::TlsContext::client_by_roots(out->url_.host);
    if (!context) return std::unexpected(context.error());
    out->tls_ = *std::move(context);
    return out;
}

void Webhook::give_up(const std::string& why) {
    lost_.add();
    log_("webhook: " + why);
}

void Webhook::post(const json::object& document) {
    if (waiting_.size() >= max_waiting)
        return give_up(fmt::format("{} calls wait already, this one is not made", max_waiting));
    waiting_.push_back(json::serialize(document));
    wake_.cancel();
}

net::Task<Result<net::SocketAddress>> Webhook::find() {
    if (options_.server) co_return *options_.server;
    if (const auto address = IpAddress::parse(url_.host)) co_return net::SocketAddress{{*address, url_.port}, {}};
    const auto name = DomainName::parse(url_.host);
    if (!name) co_return std::unexpected(name.error());
    if (!resolver_) {
        net::ResolverOptions options;
        options.servers = net::read_system_resolvers(options.system_resolvers);
        auto resolver = co_await net::open_resolver(loop_, std::move(options));
        if (!resolver) co_return std::unexpected(resolver.error());
        resolver_ = *std::move(resolver);
    }
    dns::Questions questions;
    questions.push_back({*name, dns::Type::a});
    questions.push_back({*name, dns::Type::aaaa});
    const auto answers = co_await resolver_->ask_all(std::move(questions), Clock::now() + 5s);
    for (const dns::Answer& answer : answers)
        for (const IpAddress& address : answer.addresses()) co_return net::SocketAddress{{address, url_.port}, {}};
    co_return fail("webhook.no_address", fmt::format("{} has no address", url_.host));
}

net::Task<Result<void>> Webhook::send(std::string body) {
    const auto server = co_await find();
    if (!server) co_return std::unexpected(server.error());
    net::HttpClient client(
        loop_.executor(),
        {.server = *server, .host = url_.host, .tls = tls_ ? &tls_->get() : nullptr, .max_answer = 64 * 1024});
    net::HttpRequest request{"POST", url_.target, {{"content-type", "application/json"}}, std::move(body)};
    const auto answer = co_await client.ask(std::move(request), Clock::now() + 10s);
    if (!answer) co_return std::unexpected(answer.error());
    if (answer->status / 100 != 2) co_return fail("webhook.refused", fmt::format("it answered {}", answer->status));
    co_return Result<void>{};
}

net::Task<> Webhook::deliver(std::string body) {
    for (int i = 1; i <= tries && !ending_; ++i) {
        const auto sent = co_await send(body);
        if (sent) {
            sent_.add();
            co_return;
        }
        const std::string what = fmt::format("try {} of {} failed: {}", i, tries, sent.error().message);
        if (i == tries || ending_) co_return give_up(what);
        log_("webhook: " + what);
        pause_.expires_after(i * options_.pause);
        co_await pause_.async_wait(net::as_values);
    }
}

net::Task<> Webhook::run() {
    while (!ending_) {
        if (waiting_.empty()) {
            wake_.expires_at(Clock::time_point::max());
            co_await wake_.async_wait(net::as_values);
            continue;
        }
        std::string body = std::move(waiting_.front());
        waiting_.pop_front();
        co_await deliver(std::move(body));
    }
    if (resolver_) co_await resolver_->close();
    ended_ = true;
}

void Webhook::end() {
    ending_ = true;
    if (resolver_) resolver_->abandon("the daemon ends");
    wake_.cancel();
    pause_.cancel();
}

}  // namespace postern::app
