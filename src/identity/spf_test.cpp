// SPDX-License-Identifier: Apache-2.0
#include "identity/spf.hpp"

#include "base/zone_text.hpp"

#include <gtest/gtest.h>

namespace postern::identity {
namespace {

constexpr std::string_view zone_text = R"(
example.com          TXT  "v=spf1 mx include:_spf.service.example ip4:203.0.113.0/28 -all"
example.com          MX   10 mail.example.com
mail.example.com     A    203.0.113.25
mail.example.com     AAAA 2001:db8:5::25
mail.example.com     TXT  "v=spf1 a -all"
_spf.service.example TXT  "v=spf1 ip4:198.51.100.0/24 ?all"
two.example          TXT  "v=spf1 -all"
two.example          TXT  "v=spf1 +all"
near.example         TXT  "v=spf10 -all"
split.example        TXT  "v=spf1 ip4:203.0.113" ".25 -all"
typo.example         TXT  "v=spf1 +all ip4:203.0.113.256"
unknown.example      TXT  "v=spf1 ipv4:203.0.113.25 -all"
missing.example      TXT  "v=spf1 include:nothing.example -all"
dead.example         TIMEOUT
timeout.example      TXT  "v=spf1 include:dead.example -all"
redirect.example     TXT  "v=spf1 redirect=example.com"
redirect-none.example TXT "v=spf1 redirect=nothing.example"
loop.example         TXT  "v=spf1 include:loop.example -all"
ten.example          TXT  "v=spf1 a:h1.ten.example a:h2.ten.example a:h3.ten.example a:h4.ten.example a:h5.ten.example a:h6.ten.example a:h7.ten.example a:h8.ten.example a:h9.ten.example a:h10.ten.example -all"
eleven.example       TXT  "v=spf1 a:h1.ten.example a:h2.ten.example a:h3.ten.example a:h4.ten.example a:h5.ten.example a:h6.ten.example a:h7.ten.example a:h8.ten.example a:h9.ten.example a:h10.ten.example a:h1.ten.example -all"
h1.ten.example       A 192.0.2.1
h2.ten.example       A 192.0.2.1
h3.ten.example       A 192.0.2.1
h4.ten.example       A 192.0.2.1
h5.ten.example       A 192.0.2.1
h6.ten.example       A 192.0.2.1
h7.ten.example       A 192.0.2.1
h8.ten.example       A 192.0.2.1
h9.ten.example       A 192.0.2.1
h10.ten.example      A 192.0.2.1
void2.example        TXT  "v=spf1 a:v1.example a:v2.example ip4:203.0.113.25 -all"
void3.example        TXT  "v=spf1 a:v1.example a:v2.example a:v3.example ip4:203.0.113.25 -all"
macro.example        TXT  "v=spf1 exists:%{ir}.%{v}.%{l}._ok.%{d} -all"
25.113.0.203.in-addr.user._ok.macro.example A 127.0.0.2
ptr.example          TXT  "v=spf1 ptr:example.com -all"
25.113.0.203.in-addr.arpa PTR mail.example.com
26.113.0.203.in-addr.arpa PTR mail.example.com
explained.example    TXT  "v=spf1 exp=why.%{d} -all"
why.explained.example TXT "%{i} may not send as %{o}; see https://%{d}/?s=%{S}"
network.example      TXT  "v=spf1 a:mail.example.com/28//64 -all"
upper.example        TXT  "V=SPF1 IP4:203.0.113.25 -ALL"
mapped.example       TXT  "v=spf1 ip6:::ffff:203.0.113.0/120 -all"
empty.example        TXT  "v=spf1"
)";

SpfVerdict check(std::string_view ip, std::string_view sender, std::string_view helo = "mail.example.com") {
    const auto zone = dns::ZoneText::parse(zone_text);
    EXPECT_TRUE(zone) << (zone ? "" : zone.error().message);
    const auto query = spf_query(*IpAddress::parse(ip), sender, helo);
    EXPECT_TRUE(query);
    return dns::settle(dns::Evaluation(check_spf(*query)), *zone);
}

struct Case {
    const char* name;
    const char* ip;
    const char* sender;
    SpfResult result;
    const char* matched = nullptr;
};

class CheckHost : public testing::TestWithParam<Case> {};

TEST_P(CheckHost, gives_the_result_of_the_specification) {
    const SpfVerdict verdict = check(GetParam().ip, GetParam().sender);
    EXPECT_EQ(to_string(verdict.result), to_string(GetParam().result)) << verdict.problem;
    if (GetParam().matched != nullptr) EXPECT_EQ(verdict.matched, GetParam().matched);
}

INSTANTIATE_TEST_SUITE_P(
    rfc7208, CheckHost,
    testing::Values(Case{"mx", "203.0.113.25", "user@example.com", SpfResult::pass, "mx"},
                    Case{"mx_by_ipv6", "2001:db8:5::25", "user@example.com", SpfResult::pass, "mx"},
                    Case{"ip4_network", "203.0.113.9", "user@example.com", SpfResult::pass, "ip4:203.0.113.0/28"},
                    Case{"include_pass_matches", "198.51.100.7", "user@example.com", SpfResult::pass,
                         "include:_spf.service.example"},
                    Case{"include_neutral_is_no_match", "192.0.2.99", "user@example.com", SpfResult::fail, "-all"},
                    Case{"helo_when_the_sender_is_empty", "203.0.113.25", "", SpfResult::pass, "a"},
                    Case{"no_record", "203.0.113.25", "user@nothing.example", SpfResult::none},
                    Case{"single_label", "203.0.113.25", "user@localhost", SpfResult::none},
                    Case{"two_records", "203.0.113.25", "user@two.example", SpfResult::permerror},
                    Case{"other_version_is_no_record", "203.0.113.25", "user@near.example", SpfResult::none},
                    Case{"strings_join_without_blank", "203.0.113.25", "user@split.example", SpfResult::pass,
                         "ip4:203.0.113.25"},
                    Case{"syntax_behind_a_match", "203.0.113.25", "user@typo.example", SpfResult::permerror},
                    Case{"unknown_mechanism", "203.0.113.25", "user@unknown.example", SpfResult::permerror},
                    Case{"include_of_nothing", "203.0.113.25", "user@missing.example", SpfResult::permerror},
                    Case{"dns_fails", "203.0.113.25", "user@dead.example", SpfResult::temperror},
                    Case{"dns_fails_in_include", "203.0.113.25", "user@timeout.example", SpfResult::temperror},
                    Case{"redirect", "203.0.113.25", "user@redirect.example", SpfResult::pass, "mx"},
                    Case{"redirect_to_nothing", "203.0.113.25", "user@redirect-none.example", SpfResult::permerror},
                    Case{"include_loop", "203.0.113.25", "user@loop.example", SpfResult::permerror},
                    Case{"ten_lookups", "203.0.113.25", "user@ten.example", SpfResult::fail, "-all"},
                    Case{"eleven_lookups", "203.0.113.25", "user@eleven.example", SpfResult::permerror},
                    Case{"two_void_lookups", "203.0.113.25", "user@void2.example", SpfResult::pass, "ip4:203.0.113.25"},
                    Case{"three_void_lookups", "203.0.113.25", "user@void3.example", SpfResult::permerror},
                    Case{"macros", "203.0.113.25", "user@macro.example", SpfResult::pass},
                    Case{"macros_other_local_part", "203.0.113.25", "other@macro.example", SpfResult::fail},
                    Case{"ptr_confirmed", "203.0.113.25", "user@ptr.example", SpfResult::pass, "ptr:example.com"},
                    Case{"ptr_not_confirmed", "203.0.113.26", "user@ptr.example", SpfResult::fail},
                    Case{"dual_prefix_v4", "203.0.113.17", "user@network.example", SpfResult::pass},
                    Case{"dual_prefix_v6", "2001:db8:5::99", "user@network.example", SpfResult::pass},
                    Case{"dual_prefix_outside", "2001:db8:6::99", "user@network.example", SpfResult::fail},
                    Case{"upper_case", "203.0.113.25", "user@upper.example", SpfResult::pass, "IP4:203.0.113.25"},
                    Case{"mapped_ip6", "203.0.113.25", "user@mapped.example", SpfResult::pass},
                    Case{"nothing_matches", "203.0.113.25", "user@empty.example", SpfResult::neutral}),
    [](const auto& info) { return info.param.name; });

TEST(Spf, counts_what_it_looked_up) {
    const SpfVerdict verdict = check("192.0.2.99", "user@example.com");
    EXPECT_EQ(verdict.lookups, 2);
    EXPECT_EQ(verdict.void_lookups, 0);
    EXPECT_EQ(check("203.0.113.25", "user@eleven.example").lookups, spf_max_lookups + 1);
}

TEST(Spf, explains_a_failure_in_the_domains_own_words) {
    EXPECT_EQ(
        check("192.0.2.99", "user@explained.example").explanation,
        "192.0.2.99 may not send as explained.example; see https://explained.example/?s=user%40explained.example");
}

TEST(Spf, names_the_term_at_fault) {
    EXPECT_EQ(check("203.0.113.25", "user@unknown.example").problem,
              "unknown.example: \"ipv4:203.0.113.25\": there is no such mechanism");
}

struct Syntax {
    const char* name;
    const char* record;
    bool good;
};
class SpfGrammar : public testing::TestWithParam<Syntax> {};

TEST_P(SpfGrammar, accepts_what_the_grammar_has) {
    const auto record = parse_spf(GetParam().record);
    EXPECT_EQ(record.has_value(), GetParam().good) << (record ? "" : record.error().message);
}

INSTANTIATE_TEST_SUITE_P(
    rfc7208_12, SpfGrammar,
    testing::Values(
        Syntax{"blanks", "v=spf1  mx   -all ", true}, Syntax{"unknown_modifier", "v=spf1 moo=%{d} -all", true},
        Syntax{"unknown_modifier_bad_macro", "v=spf1 moo=%{x} -all", false},
        Syntax{"redirect_twice", "v=spf1 redirect=a.example redirect=b.example", false},
        Syntax{"redirect_empty", "v=spf1 redirect=", false}, Syntax{"all_with_value", "v=spf1 all:example.com", false},
        Syntax{"all_with_prefix", "v=spf1 -all/8", false}, Syntax{"include_bare", "v=spf1 include", false},
        Syntax{"include_colon", "v=spf1 include:", false},
        Syntax{"include_prefix", "v=spf1 include:a.example/24", false}, Syntax{"a_colon", "v=spf1 a:", false},
        Syntax{"a_prefix", "v=spf1 a/24//64", true}, Syntax{"a_prefix_33", "v=spf1 a/33", false},
        Syntax{"a_prefix6_129", "v=spf1 a//129", false}, Syntax{"a_leading_zero", "v=spf1 a/024", false},
        Syntax{"a_top_label_only", "v=spf1 a:museum", false}, Syntax{"a_numeric_top", "v=spf1 a:10.0.0.1", false},
        Syntax{"a_final_dot", "v=spf1 a:a.example.", true}, Syntax{"macro_end", "v=spf1 exists:%{i}", true},
        Syntax{"macro_slash_delimiter", "v=spf1 a:%{l/}.example/24", true},
        Syntax{"percent", "v=spf1 exists:%a.example", false}, Syntax{"macro_open", "v=spf1 exists:%{i", false},
        Syntax{"macro_zero", "v=spf1 exists:%{d0}", false},
        Syntax{"macro_c_outside_exp", "v=spf1 exists:%{c}.example", false}, Syntax{"ip4_bare", "v=spf1 ip4", false},
        Syntax{"ip4_v6", "v=spf1 ip4:2001:db8::1", false}, Syntax{"ip6_v4", "v=spf1 ip6:192.0.2.1", false},
        Syntax{"ip4_port", "v=spf1 ip4:192.0.2.1:25", false}, Syntax{"control", "v=spf1 a\x01 -all", false},
        Syntax{"tab", "v=spf1\ta", false}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace postern::identity
