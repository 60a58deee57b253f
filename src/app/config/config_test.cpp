// SPDX-License-Identifier: Apache-2.0
#include "app/config/config.hpp"

#include "base/instant.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {
using namespace std::chrono_literals;

TEST(Config, example_parses_back_to_the_defaults) {
    const auto config = parse_config(example_config(), "example");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_TRUE(config->dns.servers.empty());
    EXPECT_EQ(config->timeout, 5s);
    EXPECT_FALSE(config->commercial_use);
    EXPECT_TRUE(config->keys.empty());
}

TEST(Config, reads_what_it_is_told) {
    const auto config = parse_config(
        "[dns]\nresolvers = [\"192.0.2.53@5353\"]\nstubs = [\"bl.example=192.0.2.54\"]\n[lists]\ntimeout = \"2s\"\n"
        "registered = [\"barracuda\"]\n[lists.keys]\nspamhaus-dqs = \"abc123\"\n",
        "t");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->dns.servers.at(0).to_string(53), "192.0.2.53@5353");
    EXPECT_EQ(config->dns.stubs.at(0).zone.text(), "bl.example");
    EXPECT_EQ(config->timeout, 2s);
    EXPECT_TRUE(config->registered.contains("barracuda"));
    EXPECT_EQ(config->keys.at("spamhaus-dqs"), "abc123");
}

TEST(Config, names_place_and_nearest_setting) {
    EXPECT_EQ(parse_config("[dns]\nresolver = []\n", "p.toml").error().message,
              "p.toml:2:1: there is no setting resolver; did you mean resolvers?");
    EXPECT_EQ(parse_config("[lsts]\n", "p.toml").error().message,
              "p.toml:1:2: there is no setting lsts; did you mean lists?");
    EXPECT_EQ(parse_config("[lists]\ntimeout = \"9h\"\n", "p.toml").error().message,
              "p.toml:2:1: timeout: is from 100 milliseconds to 2 minutes");
    EXPECT_EQ(parse_config("[lists]\ntimeout = 5\n", "p.toml").error().message,
              "p.toml:2:1: timeout is a text in quotes");
}

TEST(Config, lets_sources_beside_the_filter_in_through_the_end_of_their_last_day) {
    const auto config =
        parse_config("[filter]\nsources = [\"198.51.100.0/24\"]\n"
                     "exceptions = [{ from = \"192.0.2.7\", reason = \"a printer\", until = \"2026-03-01\" }]\n",
                     "t");
    ASSERT_TRUE(config) << config.error().message;
    ASSERT_EQ(config->policy.sources.exceptions.size(), 1U);
    const auto& one = config->policy.sources.exceptions.front();
    EXPECT_EQ(one.network.to_string(), "192.0.2.7/32");
    EXPECT_EQ(one.reason, "a printer");
    EXPECT_EQ(to_rfc3339(one.until), "2026-03-02T00:00:00Z");
}

TEST(Config, wants_a_reason_and_a_day_for_an_exception) {
    for (const char* exception :
         {"{ from = \"192.0.2.7\", until = \"2026-03-01\" }", "{ from = \"192.0.2.7\", reason = \"x\" }",
          "{ from = \"192.0.2.7\", reason = \"x\", until = \"2026-02-30\" }",
          "{ from = \"192.0.2\", reason = \"x\", until = \"2026-03-01\" }"})
        EXPECT_FALSE(parse_config("[filter]\nexceptions = [" + std::string(exception) + "]\n", "t")) << exception;
}

TEST(Config, refuses_control_characters_with_their_place) {
    EXPECT_EQ(parse_config(std::string_view("[dns]\n[\0dns]\n", 13), "p.toml").error().message,
              "p.toml:2:2: a control character (0x00)");
    EXPECT_FALSE(parse_config("[\x7f]\n", "p.toml"));
    EXPECT_TRUE(parse_config("[dns]\r\n\tresolvers = []\r\n", "p.toml"));
}

TEST(Config, takes_other_scripts_as_escapes_only) {
    EXPECT_EQ(parse_config("[data]\ndirectory = \"/srv/\\u00f6\"\n", "p.toml")->data_dir, "/srv/\xc3\xb6");
    EXPECT_EQ(parse_config("[dns]\nn\xd1\x9a = 1\n", "p.toml").error().message,
              "p.toml:2:2: not ASCII; in quotes it is written \\uXXXX (0xd1)");
}

TEST(Config, says_where_a_tables_name_is_wrong) {
    for (const char* text : {"[.dns]\n", "[[,dns]]\n", "[]\n", "[dns.]\n", "[\"dns\n"}) {
        const auto config = parse_config(text, "p.toml");
        ASSERT_FALSE(config) << text;
        EXPECT_EQ(config.error().code, "toml.syntax") << text;
    }
}

TEST(Config, never_repeats_a_key) {
    const auto config = parse_config("[lists.keys]\nabusix = \"se cret\"\n", "p.toml");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().message.find("cret"), std::string::npos);
}

TEST(Config, asks_about_no_links_unless_told_to) {
    EXPECT_FALSE(parse_config("", "t")->policy.links.asked);
    const auto config =
        parse_config("[links]\nmode = \"enforce\"\nlists = [\"dbl.spamhaus.org\"]\nzones = [\"dbl.example\"]\n"
                     "outbound = \"refuse\"\ndomains = 50\n",
                     "t");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_TRUE(config->policy.links.asked);
    EXPECT_EQ(config->policy.links.mode, policy::Mode::enforce);
    EXPECT_EQ(config->policy.links.outbound, policy::Action::refuse);
    EXPECT_EQ(config->policy.links.domains, 50U);
    EXPECT_EQ(config->gate.link_zones.size(), 1U);
}

TEST(Config, knows_which_lists_can_be_asked_about_links) {
    for (const char* fault : {"mode = \"on\"", "lists = [\"zen.spamhaus.org\"]", "lists = [\"no.such.example\"]",
                              "lists = [\"dwl.dnswl.org\"]", "domains = 51", "domains = 0", "timeout = \"31s\"",
                              "inbound = \"defer\"", "ignore = [\"no name\"]"})
        EXPECT_FALSE(parse_config(std::string("[links]\n") + fault + "\n", "t")) << fault;
}

TEST(Config, learns_senders_by_whole_days) {
    const auto config =
        parse_config("[identity]\nlearnt_senders = \"enforce\"\nlearning_time = \"7d\"\nlearning_days = 2\n", "t");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->policy.identity.learning.mode, policy::Mode::enforce);
    EXPECT_EQ(config->policy.identity.learning.time, std::chrono::days(7));
    EXPECT_EQ(config->policy.identity.learning.days, 2U);
    for (const char* fault :
         {"learning_time = \"36h\"", "learning_time = \"91d\"", "learning_days = 1", "learning_days = 31"})
        EXPECT_FALSE(parse_config(std::string("[identity]\n") + fault + "\n", "t")) << fault;
}

}  // namespace
}  // namespace postern::app
