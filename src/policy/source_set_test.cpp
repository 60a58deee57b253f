// SPDX-License-Identifier: Apache-2.0
#include "policy/source_set.hpp"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

using Outcome = SourceSet::Outcome;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant start{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

std::vector<Network> networks(std::initializer_list<const char*> texts) {
    std::vector<Network> out;
    for (const char* text : texts) out.push_back(*Network::parse(text));
    return out;
}

SourceSet set_of(std::initializer_list<const char*> sources) {
    std::vector<SourceDeclaration> declarations;
    for (const char* text : sources) declarations.push_back(*SourceDeclaration::parse(text, {}));
    return {std::move(declarations), start};
}

SourceLookup found(std::initializer_list<const char*> texts, seconds ttl = hours(1)) {
    return {.networks = networks(texts), .ttl = ttl, .left_out = {}, .problem = {}};
}
SourceLookup nothing_learnt() { return {.networks = {}, .ttl = {}, .left_out = {}, .problem = "silent"}; }

struct Row {
    const char* name;
    std::vector<Network> before, after;
    const char* because;
};

class Change : public testing::TestWithParam<Row> {};

TEST_P(Change, is_believed_or_not) {
    EXPECT_EQ(unbelievable_change(GetParam().before, GetParam().after), GetParam().because);
}

const std::vector<Row>& rows() {
    static const std::vector<Row> table{
        {"the_same", networks({"198.51.100.0/24"}), networks({"198.51.100.0/24"}), ""},
        {"the_same_in_halves", networks({"198.51.100.0/24"}), networks({"198.51.100.0/25", "198.51.100.128/25"}), ""},
        {"one_of_five_gone", networks({"192.0.2.1/32", "192.0.2.3/32", "192.0.2.5/32", "192.0.2.7/32", "192.0.2.9/32"}),
         networks({"192.0.2.1/32", "192.0.2.3/32", "192.0.2.5/32", "192.0.2.7/32"}), ""},
        {"one_of_four_gone", networks({"192.0.2.1/32", "192.0.2.3/32", "192.0.2.5/32", "192.0.2.7/32"}),
         networks({"192.0.2.1/32", "192.0.2.3/32", "192.0.2.5/32"}), "1 of 4 addresses are gone"},
        {"as_many_but_others", networks({"198.51.100.0/24"}), networks({"203.0.113.0/24"}),
         "256 of 256 addresses are gone"},
        {"nothing_left", networks({"198.51.100.7/32"}), {}, "1 of 1 addresses are gone"},
        {"a_network_within_another_counts_once", networks({"198.51.100.0/24", "198.51.100.0/25"}),
         networks({"198.51.100.0/24"}), ""},
        {"a_small_set_may_grow", networks({"198.51.100.7/32"}), networks({"198.51.100.0/24"}), ""},
        {"four_times_as_many", networks({"198.51.100.0/24"}),
         networks({"198.51.100.0/24", "192.0.2.0/24", "203.0.113.0/24", "198.51.101.0/24"}), ""},
        {"more_than_four_times", networks({"198.51.100.0/24"}), networks({"198.51.96.0/20"}),
         "it grew from 256 to 4096 addresses"},
        {"a_slash_64_lost_of_two", networks({"2001:db8:1::/64", "2001:db8:2::/64"}), networks({"2001:db8:1::/64"}),
         "1 of 2 addresses are gone"},
        {"absurd_at_the_first_look", {}, networks({"128.0.0.0/1"}), "128.0.0.0/1 is more than a service delivers from"},
        {"widest_ip4", {}, networks({"198.48.0.0/12"}), ""},
        {"wider_than_the_widest_ip6",
         {},
         networks({"2001:c00::/23"}),
         "2001:c00::/23 is more than a service delivers from"},
    };
    return table;
}

INSTANTIATE_TEST_SUITE_P(Sets, Change, testing::ValuesIn(rows()), [](const auto& info) { return info.param.name; });

TEST(SourceSet, holds_declared_networks_at_once_and_never_asks_about_them) {
    const SourceSet set = set_of({"198.51.100.0/24"});
    EXPECT_TRUE(set.ready());
    EXPECT_TRUE(set.due(start + hours(1'000)).empty());
    ASSERT_NE(set.find(*IpAddress::parse("198.51.100.9")), nullptr);
    EXPECT_EQ(set.find(*IpAddress::parse("198.51.100.9"))->declaration.text, "198.51.100.0/24");
    EXPECT_EQ(set.find(*IpAddress::parse("192.0.2.9")), nullptr);
}

TEST(SourceSet, is_not_ready_before_every_source_was_learnt) {
    SourceSet set = set_of({"198.51.100.0/24", "mx.filter.example"});
    EXPECT_FALSE(set.ready());
    EXPECT_EQ(set.take(1, nothing_learnt(), start), Outcome::unknown);
    EXPECT_FALSE(set.ready());
    EXPECT_EQ(set.take(1, found({"192.0.2.7/32"}), start), Outcome::changed);
    EXPECT_TRUE(set.ready());
}

TEST(SourceSet, asks_again_when_the_answer_has_aged) {
    SourceSet set = set_of({"mx.filter.example"});
    EXPECT_EQ(set.due(start), std::vector<std::size_t>{0});
    (void)set.take(0, found({"192.0.2.7/32"}, hours(1)), start);
    EXPECT_TRUE(set.due(start + minutes(59)).empty());
    EXPECT_EQ(set.due(start + minutes(60)), std::vector<std::size_t>{0});
}

TEST(SourceSet, asks_no_sooner_than_after_half_a_minute_and_no_later_than_after_a_day) {
    SourceSet set = set_of({"a.filter.example", "b.filter.example"});
    (void)set.take(0, found({"192.0.2.7/32"}, seconds(1)), start);
    (void)set.take(1, found({"192.0.2.8/32"}, hours(100)), start);
    EXPECT_EQ(set.entries()[0].due, start + seconds(30));
    EXPECT_EQ(set.entries()[1].due, start + hours(24));
}

TEST(SourceSet, keeps_what_it_had_when_nothing_was_learnt) {
    SourceSet set = set_of({"mx.filter.example"});
    (void)set.take(0, found({"192.0.2.7/32"}), start);
    EXPECT_EQ(set.take(0, nothing_learnt(), start + hours(1)), Outcome::unknown);
    EXPECT_EQ(set.entries()[0].networks, networks({"192.0.2.7/32"}));
    EXPECT_EQ(set.entries()[0].as_of, start);
    EXPECT_EQ(set.entries()[0].problem, "silent");
    EXPECT_EQ(set.entries()[0].due, start + hours(1) + minutes(10));
}

TEST(SourceSet, holds_an_unbelievable_change_until_it_is_confirmed) {
    SourceSet set = set_of({"mx.filter.example"});
    (void)set.take(0, found({"192.0.2.7/32"}), start);
    EXPECT_EQ(set.take(0, found({"203.0.113.9/32"}), start + hours(1)), Outcome::held);
    EXPECT_EQ(set.find(*IpAddress::parse("203.0.113.9")), nullptr);
    EXPECT_NE(set.find(*IpAddress::parse("192.0.2.7")), nullptr);
    EXPECT_TRUE(set.confirm(0, start + hours(2)));
    EXPECT_NE(set.find(*IpAddress::parse("203.0.113.9")), nullptr);
    EXPECT_EQ(set.entries()[0].as_of, start + hours(2));
    EXPECT_FALSE(set.confirm(0, start + hours(2)));
}

TEST(SourceSet, names_the_origin_of_every_allowed_network) {
    SourceSet set = set_of({"198.51.100.0/24", "mx.filter.example"});
    (void)set.take(1, found({"192.0.2.7/32", "192.0.2.8/32"}), start);
    const auto allowed = set.allowed();
    ASSERT_EQ(allowed.size(), 3U);
    EXPECT_EQ(allowed[0].origin, "198.51.100.0/24");
    EXPECT_EQ(allowed[2].network.to_string(), "192.0.2.8/32");
    EXPECT_EQ(allowed[2].origin, "mx.filter.example");
}

TEST(SourceSet, forgets_a_held_change_when_the_dns_returns_to_what_was) {
    SourceSet set = set_of({"mx.filter.example"});
    (void)set.take(0, found({"192.0.2.7/32"}), start);
    (void)set.take(0, found({"203.0.113.9/32"}), start + hours(1));
    EXPECT_EQ(set.take(0, found({"192.0.2.7/32"}), start + hours(2)), Outcome::unchanged);
    EXPECT_FALSE(set.confirm(0, start + hours(3)));
}

TEST(SourceSet, holds_a_first_answer_that_is_absurd) {
    SourceSet set = set_of({"spf:filter.example"});
    EXPECT_EQ(set.take(0, found({"128.0.0.0/1"}), start), Outcome::held);
    EXPECT_FALSE(set.ready());
}

TEST(SourceSet, survives_a_reload_with_what_is_held) {
    SourceSet before = set_of({"mx.filter.example", "old.filter.example"});
    (void)before.take(0, found({"198.51.100.0/30"}), start);
    (void)before.take(1, found({"192.0.2.0/30"}), start);
    (void)before.take(0, found({"198.51.100.0/31"}), start + hours(1));
    SourceSet after = set_of({"203.0.113.0/24", "mx.filter.example", "new.filter.example"});
    after.adopt(before, start + hours(1));
    EXPECT_EQ(after.entries()[0].networks, networks({"203.0.113.0/24"}));
    EXPECT_EQ(after.entries()[1].networks, networks({"198.51.100.0/30"}));
    EXPECT_EQ(after.entries()[1].held_because, "2 of 4 addresses are gone");
    EXPECT_FALSE(after.entries()[2].as_of);
    EXPECT_EQ(after.due(start + hours(1)), (std::vector<std::size_t>{1, 2}));
    EXPECT_EQ(after.take(1, found({"198.51.100.0/31"}), start + hours(1)), Outcome::held);
}

}  // namespace
}  // namespace postern::policy
