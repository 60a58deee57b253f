// SPDX-License-Identifier: Apache-2.0
#include "app/trap/trap_role.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

struct Row {
    const char* name;
    const char* text;
    std::string fixed;
};

class Reloaded : public testing::TestWithParam<Row> {};

TEST_P(Reloaded, takes_it_or_names_what_needs_a_restart) {
    const auto now = parse_config("", "postern.toml"), wanted = parse_config(GetParam().text, "postern.toml");
    ASSERT_TRUE(now && wanted) << wanted.error().message;
    EXPECT_EQ(needs_restart(*now, *wanted), GetParam().fixed);
}

INSTANTIATE_TEST_SUITE_P(
    Trap, Reloaded,
    testing::Values(
        Row{"nothing", "", ""}, Row{"listen", "[trap]\nlisten = [\"127.0.0.1@2527\"]\n", "listen"},
        Row{"trap_port", "[egress]\ntrap_port = 2527\n", "listen"},
        Row{"leases_and_webhook", "[trap]\nleases = [\"/x\"]\nwebhook = \"https://alerts.example.com/\"\n",
            "leases, webhook"},
        Row{"syslog", "[trap]\nsyslog = \"192.0.2.1@5514\"\n", "syslog"},
        Row{"resolver", "[trap]\nresolver = \"192.0.2.53\"\n", "resolver"},
        Row{"what_a_running_trap_takes",
            "[site]\nmail_servers = [\"10.0.3.25\"]\n[trap]\nname = \"gw.example\"\nkeep = \"7d\"\nsessions = 100\n"
            "sessions_per_address = 5\nshow_recipients = true\ndirect = true\nsyslog_from = [\"192.0.2.254\"]\n",
            ""}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace postern::app
