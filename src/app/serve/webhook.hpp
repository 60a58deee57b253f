// SPDX-License-Identifier: Apache-2.0
// Tells an administrator's own server of what happened: one POST of JSON each.
//
// A bounded number waits; what does not fit, or was refused three times, is counted and said in the log. A named server's
// address is looked up anew for each, by the system's resolver.
#pragma once

#include "base/json.hpp"
#include "net/http.hpp"
#include "net/resolver.hpp"
#include "net/task_group.hpp"
#include "net/tls.hpp"
#include "store/metrics.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace postern::app {

/// "https://alerts.example.com:8443/postern"
struct WebhookUrl {
    bool tls = false;
    std::string host;  ///< a name or an address, without brackets
    std::uint16_t port = 443;
    std::string target = "/";

    /// Errors: webhook.malformed.
    [[nodiscard]] static Result<WebhookUrl> parse(std::string_view text);
};

class Webhook {
public:
    static constexpr std::size_t max_waiting = 100;
    static constexpr int tries = 3;

    struct Options {
        std::chrono::milliseconds pause{5'000};    ///< in front of the second try; twice that in front of the third
        std::optional<net::SocketAddress> server;  ///< asked instead of looking the host up; for tests
    };

    /// `metrics` outlives it. Errors: tls.certificate, when the system's roots cannot be read.
    [[nodiscard]] static Result<std::unique_ptr<Webhook>> make(net::Loop& loop, WebhookUrl url,
                                                               std::function<void(std::string_view)> log,
                                                               store::Metrics& metrics, Options options);
    [[nodiscard]] static Result<std::unique_ptr<Webhook>>
    make(net::Loop& loop, WebhookUrl url, std::function<void(std::string_view)> log, store::Metrics& metrics) {
        return make(loop, std::move(url), std::move(log), metrics, Options{});
    }

    void post(const json::object& document);
    /// Until `end`, or cancelled.
    net::Task<> run();
    /// What waits is not sent any more.
    void end();
    [[nodiscard]] bool ended() const { return ended_; }

private:
    Webhook(net::Loop& loop, WebhookUrl url, std::function<void(std::string_view)> log, store::Metrics& metrics,
            Options options);
    void give_up(const std::string& why);
    net::Task<Result<net::SocketAddress>> find();
    net::Task<Result<void>> send(std::string body);
    net::Task<> deliver(std::string body);

    net::Loop& loop_;
    WebhookUrl url_;
    std::function<void(std::string_view)> log_;
    Options options_;
    store::Series &sent_, &lost_;
    std::optional<net::TlsContext> tls_;
    std::unique_ptr<net::Resolver> resolver_;  // made when a name is first looked up
    std::deque<std::string> waiting_;
    net::Timer wake_;   // a call waits
    net::Timer pause_;  // between tries: a further call does not end it
    bool ending_ = false, ended_ = false;
};

}  // namespace postern::app
