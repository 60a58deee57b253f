// SPDX-License-Identifier: Apache-2.0
#include "identity/reverse_name.hpp"

#include "base/zone_text.hpp"
#include "identity/generic_name.hpp"
#include "identity/registrable_domain.hpp"

#include <gtest/gtest.h>

namespace postern::identity {
namespace {

constexpr std::string_view zone_text = R"(
25.113.0.203.in-addr.arpa  PTR   mail.example.com
mail.example.com           A     203.0.113.25
26.113.0.203.in-addr.arpa  PTR   other.example.com
other.example.com          A     203.0.113.99
27.113.0.203.in-addr.arpa  CNAME 27.24-29.113.0.203.in-addr.arpa
27.24-29.113.0.203.in-addr.arpa PTR mail.example.com
24-29.113.0.203.in-addr.arpa SOA ns.example.com
28.113.0.203.in-addr.arpa  TIMEOUT
113.0.203.in-addr.arpa     SOA ns.provider.example
113.0.203.in-addr.arpa     NS  ns.provider.example
)";

template <class T>
T settled(dns::Inquiry<T> inquiry) {
    static const auto zone = *dns::ZoneText::parse(zone_text);
    return dns::settle(dns::Evaluation(std::move(inquiry)), zone);
}
IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

TEST(ReverseName, is_confirmed_when_it_points_back) {
    const auto found = settled(find_reverse_name(ip("203.0.113.25")));
    ASSERT_EQ(found.names.size(), 1U);
    EXPECT_TRUE(found.names[0].confirmed);
}

TEST(ReverseName, is_not_confirmed_by_another_address) {
    EXPECT_FALSE(settled(find_reverse_name(ip("203.0.113.26"))).names.at(0).confirmed);
}

TEST(ReverseName, tells_silence_from_absence) {
    EXPECT_FALSE(settled(find_reverse_name(ip("203.0.113.28"))).unknown.empty());
    const auto absent = settled(find_reverse_name(ip("203.0.113.29")));
    EXPECT_TRUE(absent.unknown.empty() && absent.names.empty());
}

TEST(ReverseName, follows_a_delegation_by_alias) {
    const auto found = settled(find_reverse_name(ip("203.0.113.27")));
    ASSERT_TRUE(found.alias);
    EXPECT_EQ(found.alias->text(), "27.24-29.113.0.203.in-addr.arpa");
    EXPECT_EQ(settled(find_reverse_zone(ip("203.0.113.27"))).zone.text(), "24-29.113.0.203.in-addr.arpa");
}

TEST(ReverseZone, is_found_from_its_soa) {
    const auto zone = settled(find_reverse_zone(ip("203.0.113.25")));
    EXPECT_EQ(zone.zone.text(), "113.0.203.in-addr.arpa");
    EXPECT_EQ(zone.primary.text(), "ns.provider.example");
    ASSERT_EQ(zone.servers.size(), 1U);
}

struct Generic {
    const char* row;
    const char* name;
    const char* address;
    bool by_address;
    bool by_words;
    bool generic;
};
class GenericNames : public testing::TestWithParam<Generic> {};

TEST_P(GenericNames, are_found_by_both_families_of_rules) {
    const auto judged = judge_generic_name(*DomainName::parse(GetParam().name), ip(GetParam().address));
    EXPECT_EQ(!judged.by_address.empty(), GetParam().by_address) << judged.by_address;
    EXPECT_EQ(!judged.by_words.empty(), GetParam().by_words) << judged.by_words;
    EXPECT_EQ(judged.generic(), GetParam().generic);
}

INSTANTIATE_TEST_SUITE_P(
    names, GenericNames,
    testing::Values(Generic{"mail_host", "mail.example.com", "203.0.113.25", false, false, false},
                    Generic{"numbered_mail_host", "mx25.example.com", "203.0.113.25", false, false, false},
                    Generic{"whole_address", "203-0-113-25.provider.example", "203.0.113.25", true, false, true},
                    Generic{"reversed", "25.113.0.203.provider.example", "203.0.113.25", true, false, true},
                    Generic{"last_two_octets", "host-113-25.provider.example", "203.0.113.25", true, false, true},
                    Generic{"padded", "p203000113025.provider.example", "203.0.113.25", true, false, true},
                    Generic{"hexadecimal", "cb007119.provider.example", "203.0.113.25", true, false, true},
                    Generic{"word", "adsl-7.provider.example", "203.0.113.25", false, true, true},
                    Generic{"dynamic", "x1.dynamic.provider.example", "203.0.113.25", false, true, true},
                    Generic{"static_alone", "x1.static.provider.example", "203.0.113.25", false, true, false},
                    Generic{"word_inside_a_word", "dialogue.example.com", "203.0.113.25", false, false, false},
                    Generic{"organisation_named_cable", "mail.cable.example", "203.0.113.25", false, false, false},
                    Generic{"ipv6", "2001-db8-5--25.provider.example", "2001:db8:5::25", true, false, true}),
    [](const auto& info) { return info.param.row; });

TEST(RegistrableDomain, is_what_somebody_registered) {
    EXPECT_EQ(registrable_domain(*DomainName::parse("mail.example.co.uk"))->text(), "example.co.uk");
    EXPECT_FALSE(registrable_domain(*DomainName::parse("co.uk")));
}

}  // namespace
}  // namespace postern::identity
