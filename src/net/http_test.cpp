// SPDX-License-Identifier: Apache-2.0
// Both ends of HTTP over a unix socket: a listener, a server, a client; no port.
#include "net/deadline.hpp"
#include "net/http.hpp"
#include "net/listener.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace postern::net {
namespace {

using namespace std::chrono_literals;

Task<HttpAnswer> echo(HttpRequest request) {
    co_return HttpAnswer{request.target == "/missing" ? 404 : 200,
                         {{"x-seen", std::string(request.field("x-token")) + "\r\nInjected: yes"}},
                         request.method + " " + request.target + " " + request.body};
}

class Http : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-http-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        address_ = {{}, folder_ / "socket"};
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    /// Serves while `client` runs.
    void play(HttpLimits limits, Admission admission, std::function<Task<>()> client) {
        loop_.run(all(limits, std::move(admission), std::move(client)));
    }
    Task<> all(HttpLimits limits, Admission admission, std::function<Task<>()> client) {
        TaskGroup sessions(loop_.executor(), [](std::string_view, const std::exception_ptr&) { ADD_FAILURE(); });
        auto listener = Listener::open(loop_.executor(), address_);
        if (!listener) throw std::runtime_error(listener.error().message);
        sessions.spawn("accept", listener->accept(sessions, std::move(admission), [limits](Stream stream) {
            return serve_http(std::move(stream), limits, [](HttpRequest request) { return echo(std::move(request)); });
        }));
        co_await client();
        EXPECT_EQ(listener->refused(), expected_refused_);
        listener->close();
        sessions.cancel();
        co_await sessions.join();
    }
    /// What the server says to these octets, until it closes.
    Task<std::string> say(std::string octets) {
        Stream stream(loop_.executor());
        EXPECT_TRUE(co_await stream.connect(address_));
        EXPECT_TRUE(co_await stream.write(std::move(octets)));
        std::string out;
        for (;;) {
            const auto more = co_await with_deadline(stream.read_some(), Clock::now() + 5s);
            if (!more || !*more || (*more)->empty()) break;
            out += **more;
        }
        co_return out;
    }
    HttpClient client() { return HttpClient(loop_.executor(), {.server = address_, .host = "test"}); }

    Loop loop_;
    std::filesystem::path folder_;
    SocketAddress address_;
    std::uint64_t expected_refused_ = 0;
};

TEST_F(Http, several_questions_go_over_one_kept_connection) {
    play({}, {.most = 1}, [this]() -> Task<> {
        HttpClient one = client();
        for (const std::string body : {"first", "second"}) {
            const auto answer = co_await one.ask({"POST", "/echo", {{"x-token", "t"}}, body}, Clock::now() + 5s);
            EXPECT_TRUE(answer);
            EXPECT_EQ(answer->body, "POST /echo " + body);
            EXPECT_TRUE(one.kept());
        }
    });
}

TEST_F(Http, the_host_is_named_with_its_port_and_brackets) {
    const auto said = [](const char* host, std::uint16_t port) {
        return HttpClient::host_field({.server = {{*IpAddress::parse("192.0.2.1"), port}, {}}, .host = host});
    };
    EXPECT_EQ(said("alerts.example.com", 80), "alerts.example.com");
    EXPECT_EQ(said("alerts.example.com", 8080), "alerts.example.com:8080");
    EXPECT_EQ(said("2001:db8::7", 80), "[2001:db8::7]");
    EXPECT_EQ(said("2001:db8::7", 443), "[2001:db8::7]:443");  // in clear 443 is not its own
    EXPECT_EQ(HttpClient::host_field({.server = address_, .host = "rspamd"}), "rspamd");
}

TEST_F(Http, no_field_begins_another) {
    play({}, {}, [this]() -> Task<> {
        HttpClient one = client();
        const auto answer = co_await one.ask({"GET", "/", {{"x-token", "a\r\nx-evil: b"}}, {}}, Clock::now() + 5s);
        EXPECT_EQ(answer->fields.count("injected"), 0U);
        EXPECT_EQ(answer->fields.at("x-seen"), "ax-evil: bInjected: yes");
    });
}

TEST_F(Http, what_is_no_request_gets_its_status_and_the_door) {
    play({.head = 200, .body = 10, .idle = 100ms}, {}, [this]() -> Task<> {
        EXPECT_TRUE((co_await say("EHLO x\r\n\r\n")).starts_with("HTTP/1.1 400 "));
        EXPECT_TRUE(
            (co_await say("GET / HTTP/1.1\r\nx: " + std::string(300, 'a') + "\r\n\r\n")).starts_with("HTTP/1.1 431 "));
        EXPECT_TRUE(
            (co_await say("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\nhello world")).starts_with("HTTP/1.1 413 "));
        EXPECT_TRUE((co_await say("GET / HT")).starts_with("HTTP/1.1 408 "));
    });
}

TEST_F(Http, pipelined_requests_are_answered_in_turn) {
    play({.idle = 100ms}, {}, [this]() -> Task<> {
        const std::string said = co_await say("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n");
        EXPECT_LT(said.find("GET /a"), said.find("GET /b"));
    });
}

TEST_F(Http, who_is_over_the_limit_is_told_so) {
    expected_refused_ = 1;
    play({}, {.most = 1, .refusal = "busy\r\n"}, [this]() -> Task<> {
        Stream first(loop_.executor());
        EXPECT_TRUE(co_await first.connect(address_));
        EXPECT_EQ(co_await say(""), "busy\r\n");
    });
}

TEST_F(Http, a_silent_server_costs_the_deadline) {
    play({}, {}, [this]() -> Task<> {
        HttpClient one(loop_.executor(), {.server = {{}, folder_ / "nobody"}, .host = "test"});
        const auto answer = co_await one.ask({}, Clock::now() + 5s);
        EXPECT_EQ(answer.error().code, "net.connect");
    });
}

}  // namespace
}  // namespace postern::net
