// SPDX-License-Identifier: Apache-2.0
#include "app/init/init_command.hpp"

#include "app/config/config.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

TEST(Init, takes_over_what_is_narrow_and_names_what_is_not) {
    audit::Evidence evidence;
    evidence.files["postfix.main"] =
        "myhostname = mail.example.com\nmydestination = $myhostname, example.com, localhost, localhost.localdomain\n"
        "relay_domains = lists.example.com hash:/etc/postfix/relay\nmynetworks = 127.0.0.0/8 [::1]/128 203.0.113.9 "
        "10.0.0.0/8\n";
    evidence.files["clamd.conf"] = "LocalSocket /run/clamav/clamd.ctl\n";
    evidence.files["proc.tcp"] = "   0: 0100007F:2C45 00000000:0000 0A 0\n";
    evidence.read_files();
    const std::string text = first_config(evidence);
    const auto config = parse_config(text, "x");
    ASSERT_TRUE(config) << config.error().message << text;
    ASSERT_EQ(config->site.domains.size(), 2U);
    EXPECT_EQ(config->site.domains[0].text(), "example.com");
    ASSERT_EQ(config->policy.site.senders.size(), 1U);
    EXPECT_EQ(config->policy.site.senders[0].to_string(), "203.0.113.9/32");
    EXPECT_NE(text.find("Not taken over: 10.0.0.0/8"), text.npos);
    EXPECT_EQ(config->gate.clamd, "unix:/run/clamav/clamd.ctl");
    EXPECT_EQ(config->gate.rspamd, "127.0.0.1@11333");
    EXPECT_EQ(config->policy.malware.mode, policy::Mode::observe);
    EXPECT_EQ(config->policy.relay.mode, policy::Mode::enforce);
}

TEST(Init, of_a_machine_that_shows_nothing_is_a_form_to_fill_in) {
    const auto config = parse_config(first_config({}), "x");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_TRUE(config->site.domains.empty());
    EXPECT_TRUE(config->gate.clamd.empty());
}

}  // namespace
}  // namespace postern::app
