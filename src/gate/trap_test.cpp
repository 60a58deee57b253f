// SPDX-License-Identifier: Apache-2.0
// Whole conversations over a unix socket: no port, no clock of the world.
#include "gate/trap.hpp"

#include "net/deadline.hpp"
#include "net/listener.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <filesystem>

namespace postern::gate {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon{1'795'608'000'000ms};

class TrapDoor : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-trap-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        options_ = {.name = "gw.example",
                    .most_per_address = 2,
                    .early = 20ms,
                    .first = 300ms,
                    .whole = 500ms,
                    .linger = 100ms};
        options_.book.settle = 0ms;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    /// Every connection comes from 10.0.0.7, or from `sources_` in turn, and wanted to reach 198.51.100.9.
    void play(std::function<net::Task<>(Trap&)> client) { loop_.run(all(std::move(client))); }
    net::Task<> all(std::function<net::Task<>(Trap&)> client) {
        Trap trap(loop_.executor(), options_,
                  {.now = [] { return noon; },
                   .ask = [this](const IpAddress& ip) { asked_.push_back(ip); },
                   .tell = [this](const egress::OffenderIncident& incident) { told_.push_back(incident); }},
                  metrics_);
        net::TaskGroup sessions(loop_.executor(), [](std::string_view, const std::exception_ptr&) { ADD_FAILURE(); });
        auto listener = net::Listener::open(loop_.executor(), {{}, folder_ / "socket"});
        if (!listener) throw std::runtime_error(listener.error().message);
        sessions.spawn("tell", trap.tell());
        sessions.spawn("accept", listener->accept(sessions, {}, [this, &trap](net::Stream stream) {
            return trap.hear(std::move(stream),
                             {.at = noon, .source = next_source(), .destination = *IpAddress::parse("198.51.100.9")});
        }));
        co_await client(trap);
        listener->close();
        sessions.cancel();
        co_await sessions.join();
        EXPECT_EQ(trap.conversations(), 0U);
    }
    IpAddress next_source() {
        if (sources_.empty()) return *IpAddress::parse("10.0.0.7");
        const IpAddress out = *IpAddress::parse(sources_.front());
        sources_.pop_front();
        return out;
    }
    net::Task<std::string> read(net::Stream& stream) {
        std::string out;
        for (;;) {
            const auto more = co_await net::with_deadline(read_once(stream), net::Clock::now() + 2s);
            if (!more || more->empty()) co_return out;
            out += *more;
        }
    }
    static net::Task<std::string> read_once(net::Stream& stream) {
        const auto octets = co_await stream.read_some();
        co_return octets ? std::string(*octets) : std::string();
    }
    net::Task<std::string> say(std::string octets, std::chrono::milliseconds wait = 0ms) {
        net::Stream stream(loop_.executor());
        EXPECT_TRUE(co_await stream.connect(net::SocketAddress{{}, folder_ / "socket"}));
        net::Timer pause(loop_.executor(), wait);
        co_await pause.async_wait(net::as_values);
        if (!octets.empty()) EXPECT_TRUE(co_await stream.write(std::move(octets)));
        co_return co_await read(stream);
    }

    net::Loop loop_;
    store::Metrics metrics_;
    TrapOptions options_;
    std::filesystem::path folder_;
    std::deque<const char*> sources_;
    std::vector<IpAddress> asked_;
    std::vector<egress::OffenderIncident> told_;
};

constexpr const char* message =
    "HELO x\r\nMAIL FROM:<a@spam.example>\r\nRCPT TO:<anna@example.com>\r\nDATA\r\n\r\n.\r\nQUIT\r\n";

// Coroutines of a fixture, because a lambda's captures do not live as long as its coroutine.
class Hearing : public TrapDoor {
protected:
    net::Task<> after_the_greeting(Trap& trap) {
        const std::string said = co_await say(message, 50ms);
        EXPECT_TRUE(said.starts_with("220 gw.example ESMTP\r\n250 ")) << said;
        EXPECT_NE(said.find("\r\n554 5.7.1 m2.port25.trapped"), std::string::npos) << said;
        EXPECT_TRUE(said.ends_with("221 2.0.0 bye\r\n")) << said;
        const egress::Offender* offender = trap.book().find(*IpAddress::parse("10.0.0.7"));
        EXPECT_EQ(offender->quits, 1U);
        EXPECT_EQ(offender->spoke_first, 0U);
        EXPECT_EQ(offender->recipients, std::vector<std::string>{"a***@example.com"});
    }
    net::Task<> before_the_greeting(Trap& trap) {
        const std::string said = co_await say(message);
        EXPECT_TRUE(said.starts_with("220 gw.example ESMTP\r\n250 ")) << said;
        EXPECT_EQ(trap.book().find(*IpAddress::parse("10.0.0.7"))->spoke_first, 1U);
    }
    net::Task<> silence(Trap& trap) {
        EXPECT_EQ(co_await say(""), "220 gw.example ESMTP\r\n");
        EXPECT_EQ(trap.book().all().at(0)->speaking(egress::Speech::silent), 1U);
    }
    net::Task<> slowness(Trap& trap) {
        EXPECT_EQ(co_await say("HEL", 50ms), "220 gw.example ESMTP\r\n");
        EXPECT_EQ(trap.book().all().at(0)->speaking(egress::Speech::junk), 1U);
    }
    net::Task<> tls(Trap& trap) {
        EXPECT_EQ(co_await say(std::string("\x16\x03\x01\x00\x01\x01", 6)), "");
        EXPECT_EQ(trap.book().all().at(0)->speaking(egress::Speech::tls), 1U);
    }
    net::Task<> more_than_its_share(Trap& trap) {
        net::Stream one(loop_.executor()), two(loop_.executor());
        EXPECT_TRUE(co_await one.connect(net::SocketAddress{{}, folder_ / "socket"}));
        EXPECT_TRUE(co_await two.connect(net::SocketAddress{{}, folder_ / "socket"}));
        EXPECT_EQ(co_await say(""), "421 4.7.0 too many connections\r\n");
        EXPECT_EQ(trap.conversations(), 2U);
        EXPECT_EQ(trap.book().all().at(0)->refused, 1U);
        EXPECT_EQ(trap.book().all().at(0)->attempts, 3U);
    }
};

// One network may hold half of the conversations, whatever addresses it takes; all others have the other half.
class Crowded : public TrapDoor {
protected:
    net::Task<> from_two_networks(Trap& trap) {
        net::Stream one(loop_.executor()), two(loop_.executor()), three(loop_.executor());
        EXPECT_TRUE(co_await one.connect(net::SocketAddress{{}, folder_ / "socket"}));
        EXPECT_TRUE(co_await two.connect(net::SocketAddress{{}, folder_ / "socket"}));
        EXPECT_EQ(co_await say(""), "421 4.7.0 too many connections\r\n") << "the third of one network";
        EXPECT_TRUE((co_await say(message, 50ms)).contains("554 5.7.1")) << "the first of another";
        EXPECT_EQ(trap.conversations(), 2U);
        EXPECT_EQ(trap.book().find(*IpAddress::parse("2001:db8:5::3"))->refused, 1U) << "on record all the same";
        options_.most = 2;
        trap.change(options_);
        EXPECT_EQ(co_await say(""), "421 4.7.0 too many connections\r\n") << "no room for anybody";
        EXPECT_EQ(trap.book().find(*IpAddress::parse("10.9.9.9"))->attempts, 1U);
    }
};

TEST_F(Crowded, trap_has_room_for_another_network_and_everybody_is_on_record) {
    options_.most = 4;
    options_.first = 5s;
    sources_ = {"2001:db8:5::1", "2001:db8:5::2", "2001:db8:5::3", "10.0.0.7", "10.9.9.9"};
    play([this](Trap& trap) { return from_two_networks(trap); });
}

TEST_F(Hearing, hears_a_message_out_refuses_it_and_names_the_sender) {
    play([this](Trap& trap) { return after_the_greeting(trap); });
    ASSERT_EQ(told_.size(), 1U);
    EXPECT_EQ(told_[0].offender.destinations.named().at(0).first, "198.51.100.9");
    EXPECT_EQ(asked_, std::vector<IpAddress>{*IpAddress::parse("10.0.0.7")});
}

TEST_F(Hearing, greets_who_did_not_wait_and_notes_it) {
    play([this](Trap& trap) { return before_the_greeting(trap); });
}
TEST_F(Hearing, lets_the_silent_go) {
    play([this](Trap& trap) { return silence(trap); });
}
TEST_F(Hearing, lets_the_slow_go) {
    play([this](Trap& trap) { return slowness(trap); });
}
TEST_F(Hearing, does_not_greet_what_speaks_tls) {
    play([this](Trap& trap) { return tls(trap); });
}
TEST_F(Hearing, gives_an_address_its_share_and_counts_the_rest) {
    play([this](Trap& trap) { return more_than_its_share(trap); });
}

TEST(TrapFindings, become_a_conversation_of_each_kind) {
    wire::TrapFindings findings;
    for (const auto& [kind, speech] :
         std::vector<std::pair<wire::TrapKind, egress::Speech>>{{wire::TrapKind::smtp, egress::Speech::smtp},
                                                                {wire::TrapKind::endless, egress::Speech::junk},
                                                                {wire::TrapKind::ssh, egress::Speech::other},
                                                                {wire::TrapKind::http, egress::Speech::http}}) {
        findings.kind = kind;
        EXPECT_EQ(to_conversation(findings).speech, speech);
    }
}

}  // namespace
}  // namespace postern::gate
