// SPDX-License-Identifier: Apache-2.0
#include "base/domain_name.hpp"

#include <gtest/gtest.h>

#include <array>

namespace postern {
namespace {

DomainName name(std::string_view text) { return *DomainName::parse(text); }

TEST(DomainName, is_lower_case_without_the_final_dot) {
    EXPECT_EQ(name("Mail.Example.COM.").text(), "mail.example.com");
    EXPECT_EQ(name("_dmarc.example.com").text(), "_dmarc.example.com");
    EXPECT_EQ(name(".").text(), ".");
}

TEST(DomainName, names_the_limit_that_a_text_breaks) {
    const std::string label63(63, 'a');
    const std::string longest = label63 + "." + label63 + "." + label63 + "." + std::string(61, 'a');
    ASSERT_EQ(longest.size(), 253U);
    EXPECT_TRUE(DomainName::parse(longest));
    EXPECT_EQ(name(longest).wire_octets(), DomainName::max_wire_octets);
    EXPECT_EQ(DomainName::parse(longest + "a").error().code, "dns.name.too_long");
    EXPECT_TRUE(DomainName::parse(label63));
    EXPECT_EQ(DomainName::parse(label63 + "a").error().code, "dns.name.label_too_long");
}

TEST(DomainName, refuses_what_cannot_be_asked) {
    EXPECT_EQ(DomainName::parse("").error().code, "dns.name.empty");
    for (const char* text : {"a..b", ".a", "a..", ".."})
        EXPECT_EQ(DomainName::parse(text).error().code, "dns.name.empty_label") << text;
    for (std::string_view text : {std::string_view("a b"), std::string_view("a\0b", 3), std::string_view("a\x1b[31m"),
                                  std::string_view("a\\b")})
        EXPECT_EQ(DomainName::parse(text).error().code, "dns.name.bad_octet") << text;
    EXPECT_EQ(DomainName::parse("m\xc3\xbcnchen.example").error().code, "dns.name.not_ascii");
}

TEST(DomainName, from_the_wire_keeps_hostile_octets_escaped) {
    const std::array<std::string_view, 3> labels{std::string_view("a.b"), std::string_view("\x1b]0;x"),
                                                 std::string_view("Com")};
    const DomainName hostile = DomainName::from_labels(labels);
    EXPECT_EQ(hostile.text(), "a\\046b.\\027]0;x.com");
    EXPECT_EQ(hostile.labels(), (std::vector<std::string>{"a.b", "\x1b]0;x", "com"}));
    EXPECT_EQ(hostile.wire_octets(), 1 + 3 + 1 + 5 + 1 + 3 + 1);
}

TEST(DomainName, is_within_its_ancestors_by_whole_labels) {
    EXPECT_TRUE(name("mail.example.com").is_within(name("example.com")));
    EXPECT_TRUE(name("example.com").is_within(name("example.com")));
    EXPECT_TRUE(name("example.com").is_within(name(".")));
    EXPECT_FALSE(name("badexample.com").is_within(name("example.com")));
    EXPECT_FALSE(name("com").is_within(name("example.com")));
}

TEST(DomainName, climbs_to_the_root_and_stays_there) {
    EXPECT_EQ(name("mail.example.com").parent(), name("example.com"));
    EXPECT_EQ(name("com").parent().text(), ".");
    EXPECT_EQ(name(".").parent().text(), ".");
}

TEST(DomainName, grows_below_a_zone_within_the_limits) {
    EXPECT_EQ(name("zen.example").below("7.113.0.203")->text(), "7.113.0.203.zen.example");
    EXPECT_EQ(name("zen.example").below(std::string(250, 'a')).error().code, "dns.name.label_too_long");
    EXPECT_EQ(name(".").below("test")->text(), "test");
}

}  // namespace
}  // namespace postern
