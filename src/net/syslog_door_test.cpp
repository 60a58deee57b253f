// SPDX-License-Identifier: Apache-2.0
// A router's connection over a unix socket: no port.
#include "net/syslog_door.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace postern::net {
namespace {

class SyslogConnection : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-syslog-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    Task<> play(std::vector<std::string> pieces) {
        TaskGroup sessions(loop_.executor(), [](std::string_view, const std::exception_ptr&) { ADD_FAILURE(); });
        auto listener = Listener::open(loop_.executor(), {{}, folder_ / "socket"});
        if (!listener) throw std::runtime_error(listener.error().message);
        const SyslogDoor::Owner owner{.believes = [](const IpAddress&) { return true; },
                                      .take =
                                          [this](const IpAddress& from, std::string_view message) {
                                              seen_.push_back(from.to_string() + " " + std::string(message));
                                          }};
        sessions.spawn("accept", listener->accept(sessions, {}, [owner](Stream stream) {
            return hear_syslog(std::move(stream), *IpAddress::parse("10.0.0.1"), owner);
        }));
        {
            Stream router(loop_.executor());
            EXPECT_TRUE(co_await router.connect(SocketAddress{{}, folder_ / "socket"}));
            for (std::string& piece : pieces) EXPECT_TRUE(co_await router.write(std::move(piece)));
        }
        const auto deadline = Clock::now() + std::chrono::seconds(5);
        Timer pause(loop_.executor());
        while (seen_.size() < 3 && Clock::now() < deadline) {
            pause.expires_after(std::chrono::milliseconds(1));
            co_await pause.async_wait(as_values);
        }
        listener->close();
        sessions.cancel();
        co_await sessions.join();
    }

    Loop loop_;
    std::filesystem::path folder_;
    std::vector<std::string> seen_;
};

TEST_F(SyslogConnection, gives_each_message_with_its_sender_also_the_last_without_a_newline) {
    loop_.run(play({"<134>one\n9 <134", ">two!<134>three"}));
    EXPECT_EQ(seen_, (std::vector<std::string>{"10.0.0.1 <134>one", "10.0.0.1 <134>two!", "10.0.0.1 <134>three"}));
}

}  // namespace
}  // namespace postern::net
