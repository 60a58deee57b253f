// SPDX-License-Identifier: Apache-2.0
// Handshakes over a pair of sockets; no port.
#include "net/tls.hpp"

#include "net/listener.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace postern::net {
namespace {

constexpr Instant now{std::chrono::seconds(1'795'000'000)};

class Tls : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-tls-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        const auto key = make_tls_key();
        ASSERT_TRUE(key);
        pin_ = *tls_pin(*key);
        auto context = TlsContext::server(*make_tls_identity(*key, "probe.example.net", now));
        ASSERT_TRUE(context);
        server_.emplace(*std::move(context));
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static Task<> serve(Stream stream, asio::ssl::context& context) {
        if (!co_await stream.start_tls_server(context)) co_return;
        (void)co_await stream.write("hello\r\n");  // what the client did not wait for is its own affair
        stream.close();
    }
    Task<> meet(asio::ssl::context& client, std::string& said) {
        TaskGroup sessions(loop_.executor(), [](std::string_view, const std::exception_ptr&) { ADD_FAILURE(); });
        auto listener = Listener::open(loop_.executor(), {{}, folder_ / "socket"});
        EXPECT_TRUE(listener);
        sessions.spawn("accept", listener->accept(sessions, {}, [this](Stream stream) {
            return serve(std::move(stream), server_->get());
        }));
        Stream stream(loop_.executor());
        EXPECT_TRUE(co_await stream.connect(SocketAddress{{}, folder_ / "socket"}));
        const auto shaken = co_await stream.start_tls_client(client, "probe.example.net");
        if (!shaken) said = shaken.error().code;
        else if (const auto line = co_await stream.read_some()) said = tls_version(stream) + " " + std::string(*line);
        listener->close();
        sessions.cancel();
        co_await sessions.join();
    }
    std::string outcome(Result<TlsContext> client) {
        EXPECT_TRUE(client);
        std::string said;
        loop_.run(meet(client->get(), said));
        return said;
    }

    Loop loop_;
    std::filesystem::path folder_;
    std::string pin_;
    std::optional<TlsContext> server_;
};

TEST_F(Tls, a_pinned_key_is_trusted) {
    EXPECT_EQ(pin_.size(), tls_pin_digits);
    EXPECT_EQ(outcome(TlsContext::client_by_pin(pin_)), "TLSv1.3 hello\r\n");
}

TEST_F(Tls, another_key_is_not) {
    std::string other = pin_;
    other[0] = other[0] == '0' ? '1' : '0';
    EXPECT_EQ(outcome(TlsContext::client_by_pin(other)), "net.tls");
}

TEST_F(Tls, no_root_vouches_for_it) { EXPECT_EQ(outcome(TlsContext::client_by_roots("probe.example.net")), "net.tls"); }

TEST_F(Tls, a_look_takes_anything) { EXPECT_EQ(outcome(TlsContext::client_for_a_look()), "TLSv1.3 hello\r\n"); }

TEST(TlsIdentities, that_do_not_belong_together_are_refused) {
    const auto one = make_tls_identity(*make_tls_key(), "a.example", now);
    const auto two = make_tls_identity(*make_tls_key(), "198.51.100.1", now);
    ASSERT_TRUE(one && two);
    EXPECT_EQ(TlsContext::server({one->key, two->chain}).error().code, "tls.certificate");
    EXPECT_EQ(TlsContext::server({"no key", one->chain}).error().code, "tls.certificate");
    EXPECT_EQ(tls_pin("no key").error().code, "tls.key");
}

}  // namespace
}  // namespace postern::net
