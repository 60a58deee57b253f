// SPDX-License-Identifier: Apache-2.0
#include "base/dns.hpp"

#include <gtest/gtest.h>

namespace postern::dns {
namespace {

DomainName name(std::string_view text) { return *DomainName::parse(text); }
Record alias(std::string_view owner, std::string_view target) { return {name(owner), Type::cname, {}, name(target)}; }
Record address(std::string_view owner, std::string_view text) {
    return {name(owner), Type::a, {}, *IpAddress::parse(text)};
}

TEST(Answer, gives_addresses_at_the_end_of_the_chain_only) {
    Answer answer;
    answer.question = {name("a.example"), Type::a};
    answer.records = {alias("a.example", "b.example"), address("b.example", "127.0.0.2"),
                      address("other.example", "127.0.0.9")};
    EXPECT_EQ(answer.addresses(), std::vector{*IpAddress::parse("127.0.0.2")});
}

TEST(Answer, gives_nothing_for_a_loop_of_aliases) {
    Answer answer;
    answer.question = {name("a.example"), Type::a};
    answer.records = {alias("a.example", "b.example"), alias("b.example", "a.example"),
                      address("a.example", "127.0.0.2")};
    EXPECT_TRUE(answer.addresses().empty());
}

TEST(Chain, holds_up_to_its_limit_and_not_beyond) {
    std::vector<Record> records;
    for (std::size_t i = 0; i < max_cname_hops; ++i)
        records.push_back(alias("n" + std::to_string(i) + ".example", "n" + std::to_string(i + 1) + ".example"));
    EXPECT_EQ(end_of_chain(name("n0.example"), records), name("n8.example"));
    records.push_back(alias("n8.example", "n9.example"));
    EXPECT_EQ(end_of_chain(name("n0.example"), records), std::nullopt);
}

TEST(Answer, is_definite_only_where_the_dns_spoke_of_the_name) {
    for (const Outcome outcome : {Outcome::found, Outcome::no_data, Outcome::no_name})
        EXPECT_TRUE((Answer{.question = {}, .outcome = outcome}.is_definite())) << to_string(outcome);
    for (const Outcome outcome : {Outcome::refused, Outcome::server_failure, Outcome::bogus, Outcome::malformed,
                                  Outcome::timed_out, Outcome::unreachable, Outcome::not_asked})
        EXPECT_FALSE((Answer{.question = {}, .outcome = outcome}.is_definite())) << to_string(outcome);
}

TEST(Txt, joins_its_strings_without_a_blank) { EXPECT_EQ((Txt{{"v=spf1 ", "-all"}}.joined()), "v=spf1 -all"); }

}  // namespace
}  // namespace postern::dns
