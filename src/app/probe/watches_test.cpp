// SPDX-License-Identifier: Apache-2.0
#include "app/probe/watches.hpp"

#include <gtest/gtest.h>

namespace postern::app::probe {
namespace {

using namespace std::chrono_literals;

const Instant begin = Instant(1'795'660'000'000ms);
const IpAddress peer = *IpAddress::parse("203.0.113.26");

/// Twenty octets that make a token of their own.
std::string draw(std::size_t number) {
    std::string out(wire::ProbeToken::drawn, 'a');
    for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<char>('a' + (number >> (5 * i)) % 32);
    return out;
}

wire::SinkMessage message_for(const Watch& watch, std::size_t octets = 10) {
    return {.token = {watch.token, "r01"}, .octets = std::string(octets, 'x')};
}

Connection connection_of(std::vector<wire::ProbeToken> tokens) {
    Connection out{.meeting = {.at = begin, .peer = peer, .local = {}}, .seen = {}, .ended = "quit"};
    out.seen.tokens = std::move(tokens);
    out.seen.recipients = {"x@y.example"};
    return out;
}

TEST(Watches, are_seen_by_their_owner_alone) {
    Watches watches;
    const Watch* watch = watches.open(draw(1), "own", begin, 60min);
    ASSERT_NE(watch, nullptr);
    const std::string token = watch->token;
    EXPECT_TRUE(watches.is_open(token));
    EXPECT_NE(watches.find(token, "own"), nullptr);
    EXPECT_EQ(watches.find(token, "colleague"), nullptr);
    watches.close(token, "colleague");
    EXPECT_TRUE(watches.is_open(token));
    watches.close(token, "own");
    EXPECT_FALSE(watches.is_open(token));
}

TEST(Watches, end_with_their_time_and_give_back_what_they_held) {
    Watches watches;
    const Watch* watch = watches.open(draw(1), "own", begin, 1min);
    ASSERT_TRUE(watches.keep({}, message_for(*watch)));
    watches.ended(connection_of({{watch->token, "25v4"}}));
    EXPECT_GT(watches.octets(), 0U);
    watches.expire(begin + 59s);
    EXPECT_EQ(watches.size(), 1U);
    watches.expire(begin + 60s);
    EXPECT_EQ(watches.size(), 0U);
    EXPECT_EQ(watches.octets(), 0U);
}

TEST(Watches, are_bounded_for_each_owner_and_for_all) {
    Watches watches;
    std::size_t opened = 0;
    for (std::size_t i = 0; i <= Watches::max_watches_an_owner; ++i)
        if (watches.open(draw(i), "own", begin, 1min) != nullptr) ++opened;
    EXPECT_EQ(opened, Watches::max_watches_an_owner);
    for (std::size_t i = opened; i <= Watches::max_watches; ++i)
        if (watches.open(draw(1'000 + i), "o" + std::to_string(i), begin, 1min) != nullptr) ++opened;
    EXPECT_EQ(opened, Watches::max_watches);
    EXPECT_EQ(watches.open(draw(5'000), "late", begin, 1min), nullptr);
}

TEST(Watches, keep_so_many_messages_and_count_the_others) {
    Watches watches;
    const Watch* watch = watches.open(draw(1), "own", begin, 1min);
    for (std::size_t i = 0; i < Watches::max_messages; ++i) EXPECT_TRUE(watches.keep({}, message_for(*watch)));
    EXPECT_FALSE(watches.keep({}, message_for(*watch)));
    EXPECT_EQ(watch->messages.size(), Watches::max_messages);
    EXPECT_EQ(watch->left_out, 1U);
}

TEST(Watches, keep_so_many_octets_in_all) {
    Watches watches;
    constexpr std::size_t mebi = 1024 * 1024;
    const Watch* watch = watches.open(draw(1), "own", begin, 1min);
    std::size_t kept = 0;
    while (kept <= Watches::max_octets / mebi && watches.keep({}, message_for(*watch, mebi))) ++kept;
    EXPECT_EQ(kept, Watches::max_octets / mebi - 1);  // the last one's envelope has no room
    EXPECT_LE(watches.octets(), Watches::max_octets);
    EXPECT_EQ(watch->left_out, 1U);
}

TEST(Watches, keep_nothing_without_an_open_token) {
    Watches watches;
    EXPECT_FALSE(watches.keep({}, {.token = {"postern-none", ""}, .octets = "x"}));
    EXPECT_EQ(watches.octets(), 0U);
}

TEST(Watches, list_a_connection_once_a_watch_under_its_first_tag) {
    Watches watches;
    const Watch* watch = watches.open(draw(1), "own", begin, 1min);
    watches.ended(connection_of({{watch->token, "a"}, {watch->token, "b"}, {"postern-other", "c"}}));
    ASSERT_EQ(watch->connections.size(), 1U);
    EXPECT_EQ(watch->connections[0].first, "a");
    for (std::size_t i = 0; i < Watches::max_connections; ++i) watches.ended(connection_of({{watch->token, "d"}}));
    EXPECT_EQ(watch->connections.size(), Watches::max_connections);
    EXPECT_EQ(watch->left_out, 1U);
}

TEST(Watches, show_the_latest_of_an_address_without_tokens_and_recipients) {
    Watches watches;
    const Watch* watch = watches.open(draw(1), "own", begin, 1min);
    for (int i = 0; i < 60; ++i) {
        Connection one = connection_of({{watch->token, ""}});
        one.meeting.at = begin + std::chrono::seconds(i);
        watches.ended(std::move(one));
    }
    const auto seen = watches.recent(peer);
    ASSERT_EQ(seen.size(), 50U);
    EXPECT_EQ(seen.front().meeting.at, begin + 10s);
    EXPECT_EQ(seen.back().meeting.at, begin + 59s);
    EXPECT_TRUE(seen.back().seen.tokens.empty());
    EXPECT_TRUE(seen.back().seen.recipients.empty());
    EXPECT_TRUE(watches.recent(*IpAddress::parse("203.0.113.27")).empty());
}

TEST(Watches, forget_the_oldest_connections_of_all) {
    Watches watches;
    watches.ended(connection_of({}));
    for (std::size_t i = 0; i < Watches::max_recent; ++i) {
        Connection one = connection_of({});
        one.meeting.peer = *IpAddress::parse("198.51.100.9");
        watches.ended(std::move(one));
    }
    EXPECT_TRUE(watches.recent(peer).empty());
}

}  // namespace
}  // namespace postern::app::probe
