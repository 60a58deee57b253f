// SPDX-License-Identifier: Apache-2.0
// Calls to a receiver behind a unix socket: no port, no name server.
#include "app/serve/webhook.hpp"

#include "net/listener.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace postern::app {
namespace {

using namespace std::chrono_literals;

struct UrlRow {
    const char* name;
    std::string_view text;
    bool good;
    bool tls = true;
    std::string_view host = {};
    std::uint16_t port = 443;
    std::string_view target = "/";
};

class Url : public testing::TestWithParam<UrlRow> {};

TEST_P(Url, is_read_or_refused) {
    const auto url = WebhookUrl::parse(GetParam().text);
    ASSERT_EQ(url.has_value(), GetParam().good);
    const WebhookUrl seen = url.value_or(WebhookUrl{.tls = true, .host = {}, .port = 443, .target = "/"});
    EXPECT_EQ(seen.tls, GetParam().tls);
    EXPECT_EQ(seen.host, GetParam().host);
    EXPECT_EQ(seen.port, GetParam().port);
    EXPECT_EQ(seen.target, GetParam().target);
}

INSTANTIATE_TEST_SUITE_P(
    Webhook, Url,
    testing::Values(UrlRow{"name", "https://alerts.example.com/postern", true, true, "alerts.example.com", 443,
                           "/postern"},
                    UrlRow{"no_path", "http://alerts.example.com", true, false, "alerts.example.com", 80},
                    UrlRow{"port", "http://192.0.2.7:8080/x?y=1", true, false, "192.0.2.7", 8'080, "/x?y=1"},
                    UrlRow{"v6", "https://[2001:db8::7]/", true, true, "2001:db8::7"},
                    UrlRow{"v6_port", "https://[2001:db8::7]:8443/", true, true, "2001:db8::7", 8'443},
                    UrlRow{"no_scheme", "alerts.example.com/", false}, UrlRow{"no_host", "https:///x", false},
                    UrlRow{"other_scheme", "file:///etc/passwd", false},
                    UrlRow{"port_zero", "https://alerts.example.com:0/", false},
                    UrlRow{"port_no_number", "https://alerts.example.com:8x/", false},
                    UrlRow{"line_end_in_path", "https://alerts.example.com/x\r\nHost: y", false},
                    UrlRow{"blank_in_host", "https://alerts example/", false}),
    [](const auto& info) { return std::string(info.param.name); });

class WebhookCall : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-webhook-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    net::Task<net::HttpAnswer> receive(net::HttpRequest request) {
        seen_.push_back(request.method + " " + request.target + " " + std::string(request.field("content-type")) + " " +
                        request.body);
        const int status = answers_.empty() ? 204 : answers_.front();
        if (!answers_.empty()) answers_.pop_front();
        co_return net::HttpAnswer{status, {}, {}};
    }
    /// Posts so many documents and waits until each was taken or given up.
    net::Task<> play(std::size_t documents) {
        net::TaskGroup tasks(loop_.executor(), [](std::string_view, const std::exception_ptr&) { ADD_FAILURE(); });
        auto listener = net::Listener::open(loop_.executor(), {{}, folder_ / "socket"});
        if (!listener) throw std::runtime_error(listener.error().message);
        tasks.spawn("accept", listener->accept(tasks, {}, [this](net::Stream stream) {
            return net::serve_http(std::move(stream), {},
                                   [this](net::HttpRequest request) { return receive(std::move(request)); });
        }));
        const auto url = WebhookUrl::parse("http://alerts.example.com/postern");
        auto webhook = Webhook::make(loop_, *url, [this](std::string_view line) { log_.emplace_back(line); }, metrics_,
                                     {.pause = 1ms, .server = net::SocketAddress{{}, folder_ / "socket"}});
        if (!webhook) throw std::runtime_error(webhook.error().message);
        for (std::size_t i = 0; i < documents; ++i) (*webhook)->post({{"n", i}});
        tasks.spawn("webhook", (*webhook)->run());
        const auto deadline = net::Clock::now() + 10s;
        net::Timer pause(loop_.executor());
        while (sent() + lost() < documents && net::Clock::now() < deadline) {
            pause.expires_after(1ms);
            co_await pause.async_wait(net::as_values);
        }
        (*webhook)->end();
        listener->close();
        tasks.cancel();
        co_await tasks.join();
    }
    std::size_t sent() { return count("postern_webhook_sent_total"); }
    std::size_t lost() { return count("postern_webhook_lost_total"); }
    std::size_t count(const char* name) { return static_cast<std::size_t>(metrics_.counter(name, "").value()); }

    net::Loop loop_;
    store::Metrics metrics_;
    std::filesystem::path folder_;
    std::vector<std::string> seen_, log_;
    std::deque<int> answers_;
};

TEST_F(WebhookCall, is_one_post_of_json_each_in_their_order) {
    loop_.run(play(2));
    EXPECT_EQ(seen_, (std::vector<std::string>{"POST /postern application/json {\"n\":0}",
                                               "POST /postern application/json {\"n\":1}"}));
    EXPECT_EQ(sent(), 2U);
    EXPECT_TRUE(log_.empty());
}

TEST_F(WebhookCall, is_tried_again_when_it_was_refused) {
    answers_ = {503, 500, 200};
    loop_.run(play(1));
    EXPECT_EQ(seen_.size(), 3U);
    EXPECT_EQ(sent(), 1U);
    EXPECT_EQ(log_.size(), 2U);
}

TEST_F(WebhookCall, is_given_up_after_three_tries_and_the_next_is_made) {
    answers_ = {500, 500, 500, 200};
    loop_.run(play(2));
    EXPECT_EQ(seen_.back(), "POST /postern application/json {\"n\":1}");
    EXPECT_EQ(sent(), 1U);
    EXPECT_EQ(lost(), 1U);
}

TEST_F(WebhookCall, is_counted_as_lost_when_too_many_wait) {
    loop_.run(play(Webhook::max_waiting + 1));
    EXPECT_EQ(sent(), Webhook::max_waiting);
    EXPECT_EQ(lost(), 1U);
}

}  // namespace
}  // namespace postern::app
