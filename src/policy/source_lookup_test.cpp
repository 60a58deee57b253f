// SPDX-License-Identifier: Apache-2.0
#include "policy/source_lookup.hpp"

#include "base/zone_text.hpp"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

constexpr std::string_view zone_text = R"(
mx.filter.example    A    198.51.100.7
mx.filter.example    AAAA 2001:db8:7::7
filter.example       TXT  "v=spf1 ip4:198.51.100.0/26 include:more.filter.example ~all"
filter.example       TXT  "some other text"
more.filter.example  TXT  "v=spf1 ip6:2001:db8:7::/48 a:mx.filter.example ?ip4:192.0.2.9 -ip4:192.0.2.10"
macro.example        TXT  "v=spf1 ip4:198.51.100.1 exists:%{i}.ok.example ptr include:%{d2}.x.example -all"
everybody.example    TXT  "v=spf1 ip4:198.51.100.1 +all"
twice.example        TXT  "v=spf1 -all"
twice.example        TXT  "v=spf1 ip4:198.51.100.1 -all"
broken.example       TXT  "v=spf1 ip4:198.51.100 -all"
half.example         TXT  "v=spf1 ip4:198.51.100.1 include:silent.example -all"
silent.example       TIMEOUT
loop.example         TXT  "v=spf1 ip4:198.51.100.1 include:loop.example -all"
moved.example        TXT  "v=spf1 redirect=filter.example"
beside-all.example   TXT  "v=spf1 ip4:198.51.100.1 -all redirect=filter.example"
nobody.example       TXT  "v=spf1 -all"
byname.example       MX   10 mx.filter.example
byname.example       TXT  "v=spf1 mx/28 -all"
)";

const std::vector<NamedService> services{
    {"spamexperts", "filter.example"}, {"mimecast", "REGION.nb.example"}, {"silent", ""}};

Result<SourceDeclaration> declared(std::string_view text) { return SourceDeclaration::parse(text, services); }

SourceLookup looked_up(std::string_view text) {
    const auto zone = dns::ZoneText::parse(zone_text);
    EXPECT_TRUE(zone) << (zone ? "" : zone.error().message);
    return dns::settle(dns::Evaluation(look_up_source(*declared(text))), *zone);
}

std::string joined(const SourceLookup& lookup) {
    std::string out;
    for (const Network& one : lookup.networks) out += (out.empty() ? "" : " ") + one.to_string();
    return out;
}

struct Row {
    const char* name;
    const char* source;
    const char* networks;
    const char* problem;
};

class Lookup : public testing::TestWithParam<Row> {};

TEST_P(Lookup, tells_the_networks_or_why_not) {
    const SourceLookup lookup = looked_up(GetParam().source);
    EXPECT_EQ(joined(lookup), GetParam().networks);
    EXPECT_TRUE(lookup.problem.starts_with(GetParam().problem)) << lookup.problem;
    EXPECT_EQ(lookup.problem.empty(), GetParam().problem[0] == '\0') << lookup.problem;
}

constexpr Row rows[] = {
    {"a_network_is_itself", "192.0.2.0/28", "192.0.2.0/28", ""},
    {"an_address_is_a_network_of_one", "192.0.2.7", "192.0.2.7/32", ""},
    {"a_host_is_its_addresses_of_both_families", "mx.filter.example", "2001:db8:7::7/128 198.51.100.7/32", ""},
    {"a_host_without_address_is_a_problem", "gone.example", "", "gone.example has no address"},
    {"a_silent_host_is_a_problem", "silent.example", "", "silent.example: "},
    {"a_service_is_its_record", "service:spamexperts",
     "2001:db8:7::/48 2001:db8:7::7/128 198.51.100.0/26 198.51.100.7/32", ""},
    {"spf_takes_only_what_passes", "spf:more.filter.example", "2001:db8:7::/48 2001:db8:7::7/128 198.51.100.7/32", ""},
    {"spf_follows_mx_with_its_prefix", "spf:byname.example", "2001:db8:7::7/128 198.51.100.0/28", ""},
    {"spf_follows_redirect", "spf:moved.example", "2001:db8:7::/48 2001:db8:7::7/128 198.51.100.0/26 198.51.100.7/32",
     ""},
    {"redirect_beside_all_is_not_followed", "spf:beside-all.example", "198.51.100.1/32", ""},
    {"spf_leaves_out_what_cannot_be_listed", "spf:macro.example", "198.51.100.1/32", ""},
    {"a_loop_ends", "spf:loop.example", "198.51.100.1/32", ""},
    {"all_the_world_is_no_source", "spf:everybody.example", "", "everybody.example allows every address"},
    {"two_records_are_a_problem", "spf:twice.example", "", "twice.example has several SPF records"},
    {"no_record_is_a_problem", "spf:gone.example", "", "gone.example has no SPF records"},
    {"a_broken_record_is_a_problem", "spf:broken.example", "", "broken.example: "},
    {"half_an_answer_is_none", "spf:half.example", "", "silent.example: "},
    {"a_record_without_networks_is_a_problem", "spf:nobody.example", "", "spf:nobody.example names no network"},
};

INSTANTIATE_TEST_SUITE_P(Sources, Lookup, testing::ValuesIn(rows), [](const auto& info) { return info.param.name; });

TEST(SourceLookup, names_the_terms_that_it_left_out) {
    EXPECT_EQ(looked_up("spf:macro.example").left_out,
              (std::vector<std::string>{"exists:%{i}.ok.example", "ptr", "include:%{d2}.x.example"}));
}

/// A chain of includes, c0.example to c<links>.example, the last with a network.
SourceLookup along_a_chain(int links) {
    std::string zone;
    for (int i = 0; i < links; ++i) {
        const std::string here = std::to_string(i), next = std::to_string(i + 1);
        zone.append("c")
            .append(here)
            .append(".example TXT \"v=spf1 include:c")
            .append(next)
            .append(".example -all\"\n");
    }
    zone += "c" + std::to_string(links) + ".example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n";
    return dns::settle(dns::Evaluation(look_up_source(*declared("spf:c0.example"))), *dns::ZoneText::parse(zone));
}

TEST(SourceLookup, reads_as_many_records_as_the_limit) {
    EXPECT_EQ(joined(along_a_chain(SourceLookup::max_records - 1)), "192.0.2.1/32");
}

TEST(SourceLookup, gives_up_beyond_the_limit_of_records) {
    EXPECT_EQ(along_a_chain(SourceLookup::max_records).problem, "it takes more than 30 look-ups");
}

TEST(SourceDeclaration, warns_that_a_record_names_senders) {
    EXPECT_FALSE(declared("spf:filter.example")->warning.empty());
    EXPECT_FALSE(declared("service:spamexperts")->warning.empty());
    EXPECT_TRUE(declared("mx.filter.example")->warning.empty());
}

TEST(SourceDeclaration, refuses_a_service_nobody_knows_and_names_the_nearest) {
    const auto fault = declared("service:spamexpert");
    ASSERT_FALSE(fault);
    EXPECT_EQ(fault.error().code, "source.service_unknown");
    EXPECT_TRUE(fault.error().message.contains("did you mean spamexperts?")) << fault.error().message;
}

TEST(SourceDeclaration, wants_the_region_of_a_service_filled_in) {
    EXPECT_EQ(declared("service:mimecast").error().code, "source.service_unpublished");
    EXPECT_TRUE(declared("service:mimecast").error().message.contains("spf:REGION.nb.example"));
}

TEST(SourceDeclaration, refuses_a_service_that_publishes_nothing) {
    EXPECT_EQ(declared("service:silent").error().code, "source.service_unpublished");
}

TEST(SourceDeclaration, refuses_what_is_no_source) {
    for (const char* text : {"", "filter", "192.0.2", "192.0.2.300", "a b.example"})
        EXPECT_EQ(declared(text).error().code, "source.malformed") << text;
    EXPECT_EQ(declared("192.0.2.1/24").error().code, "network.host_bits");
}

}  // namespace
}  // namespace postern::policy
