// SPDX-License-Identifier: Apache-2.0
// What a mail server sees of a scan: signs of progress while it lasts, a temporary refusal when it fails. Both ends over unix sockets.
#include "gate/milter_door.hpp"
#include "net/deadline.hpp"
#include "net/listener.hpp"
#include "wire/milter_talk.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace postern::gate {
namespace {

using namespace std::chrono_literals;
namespace talk = wire::milter_talk;

/// The commands of whole frames, in their order: "Oppa".
std::string commands(std::string_view octets) {
    std::string out;
    while (octets.size() >= 5) {
        std::size_t size = 0;
        for (const char c : octets.substr(0, 4)) size = size << 8 | static_cast<unsigned char>(c);
        if (octets.size() < 4 + size) break;
        out += octets[4];
        octets.remove_prefix(4 + size);
    }
    return out;
}

class MilterProgress : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-milter-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        rules_.policy.malware.mode = policy::Mode::enforce;
        rules_.policy.malware.scanner = true;
        rules_.policy.relay.mode = policy::Mode::observe;
        rules_.clamd = net::SocketAddress{{}, folder_ / "clamd"};
        rules_.scan_time = 5s;
        rules_.progress = 20ms;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    /// What the mail server reads up to a verdict. `answer`: clamd's, after `delay`; empty: never.
    std::string play(std::string answer, std::chrono::milliseconds delay, bool stays = true) {
        std::string said;
        loop_.run(all(std::move(answer), delay, stays, said));
        return said;
    }
    net::Task<> all(std::string answer, std::chrono::milliseconds delay, bool stays, std::string& said) {
        MilterDoor door(loop_.executor(), std::make_shared<GateRules>(rules_), {}, record_, memory_);
        net::TaskGroup tasks(loop_.executor(), [](std::string_view, const std::exception_ptr&) { ADD_FAILURE(); });
        auto milter = net::Listener::open(loop_.executor(), {{}, folder_ / "milter"});
        auto clamd = net::Listener::open(loop_.executor(), *rules_.clamd);
        if (!milter || !clamd) throw std::runtime_error("no listener");
        tasks.spawn("milter", milter->accept(tasks, {}, [&door](net::Stream s) { return door.serve(std::move(s)); }));
        tasks.spawn("clamd", clamd->accept(tasks, {}, [this, &answer, delay](net::Stream stream) {
            return scan(std::move(stream), answer, delay);
        }));
        if (stays) said = co_await converse();
        else co_await leave(door);
        milter->close();
        clamd->close();
        tasks.cancel();
        co_await tasks.join();
    }
    net::Task<> scan(net::Stream stream, std::string answer, std::chrono::milliseconds delay) {
        (void)co_await stream.read_some();
        ++scans_;
        net::Timer pause(loop_.executor(), answer.empty() ? 1min : delay);
        co_await pause.async_wait(net::as_values);
        (void)co_await stream.write(std::move(answer));
    }
    net::Task<std::string> converse() {
        net::Stream stream(loop_.executor());
        EXPECT_TRUE(co_await stream.connect(net::SocketAddress{{}, folder_ / "milter"}));
        EXPECT_TRUE(co_await stream.write(talk::offer() + talk::connect() + talk::helo() + talk::message()));
        std::string out;
        while (commands(out).find_first_of("aty") == std::string::npos) {
            const auto more = co_await net::with_deadline(read_once(stream), net::Clock::now() + 10s);
            if (!more || more->empty()) break;
            out += *more;
        }
        co_return out;
    }
    static net::Task<std::string> read_once(net::Stream& stream) {
        const auto octets = co_await stream.read_some();
        co_return octets ? std::string(*octets) : std::string();
    }
    /// Gone while the scan lasts: the conversation ends long before the scan would.
    net::Task<> leave(MilterDoor& door) {
        {
            net::Stream stream(loop_.executor());
            EXPECT_TRUE(co_await stream.connect(net::SocketAddress{{}, folder_ / "milter"}));
            EXPECT_TRUE(co_await stream.write(talk::offer() + talk::connect() + talk::helo() + talk::message()));
            net::Timer pause(loop_.executor());
            while (scans_ == 0) {
                pause.expires_after(1ms);
                co_await pause.async_wait(net::as_values);
            }
        }
        const auto begun = net::Clock::now();
        net::Timer pause(loop_.executor());
        while (door.conversations() != 0 && net::Clock::now() - begun < 4s) {
            pause.expires_after(5ms);
            co_await pause.async_wait(net::as_values);
        }
        EXPECT_EQ(door.conversations(), 0U);
        EXPECT_LT(net::Clock::now() - begun, 4s);
    }

    net::Loop loop_;
    GateRules rules_;
    store::Metrics metrics_;
    std::vector<std::string> lines_;
    GateRecord record_{{[] { return Instant{}; }, [](store::Event) { return std::string("E0TEST"); },
                        [this](std::string_view line) { lines_.emplace_back(line); }},
                       metrics_};
    GateMemory memory_;
    std::filesystem::path folder_;
    int scans_ = 0;
};

TEST_F(MilterProgress, is_told_while_a_scan_lasts_and_then_the_verdict) {
    const std::string seen = commands(play(std::string("fd[9]: OK\0", 10), 200ms));
    EXPECT_TRUE(seen.starts_with("O")) << seen;
    EXPECT_NE(seen.find("pp"), std::string::npos) << seen;
    EXPECT_TRUE(seen.ends_with("a")) << seen;
}
TEST_F(MilterProgress, is_not_told_of_what_takes_no_time) {
    rules_.progress = 1min;
    const std::string seen = commands(play(std::string("fd[9]: OK\0", 10), 0ms));
    EXPECT_EQ(seen.find('p'), std::string::npos) << seen;
    EXPECT_TRUE(seen.ends_with("a")) << seen;
}
TEST_F(MilterProgress, is_refused_for_now_when_the_scanner_is_silent) {
    rules_.scan_time = 100ms;
    const std::string said = play("", 0ms);
    EXPECT_NE(said.find("451 4.7.1"), std::string::npos);
    EXPECT_TRUE(record_.engines.silent(Engine::clamd));
}
TEST_F(MilterProgress, is_refused_for_now_when_the_scanner_s_yes_is_cut) {
    rules_.scan_time = 100ms;
    EXPECT_NE(play("fd[9]: OK", 0ms).find("451 4.7.1"), std::string::npos);
}
TEST_F(MilterProgress, is_refused_for_good_when_a_virus_is_found) {
    const std::string said = play(std::string("fd[9]: Eicar FOUND\0", 19), 0ms);
    EXPECT_NE(said.find("554 5.7.1"), std::string::npos);
    EXPECT_FALSE(record_.engines.silent(Engine::clamd));
}
TEST_F(MilterProgress, ends_the_scan_by_going) { play("", 0ms, false); }

}  // namespace
}  // namespace postern::gate
