// SPDX-License-Identifier: Apache-2.0
#include "egress/test_models.hpp"
#include "egress/validate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace postern::egress {
namespace {

using test::day;
using test::net;

HostFacts facts() {
    HostFacts out;
    out.users = {{"root", 0}, {"postfix", 103}, {"www-data", 33}};
    out.own_addresses = {*IpAddress::parse("203.0.113.25"), *IpAddress::parse("10.0.0.1")};
    out.interfaces = {"lo", "eth0", "eth1", "eth3", "tun0"};
    out.default_devices = {"eth0"};
    out.listening = {25, 22};
    out.today = day(2026, 11, 26);
    return out;
}

struct Row {
    const char* name;
    bool host;  ///< begins with the mail host, else with the office's router
    std::function<void(Model&, HostFacts&)> change;
    const char* code;  ///< "": nothing is said
    bool refused;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Validation : public testing::TestWithParam<Row> {};

TEST_P(Validation, says_what_would_lock_out) {
    Model model = GetParam().host ? test::mail_host() : test::office();
    HostFacts around = facts();
    GetParam().change(model, around);
    const auto said = validate(model, &around);
    if (*GetParam().code == '\0') {
        EXPECT_TRUE(said.empty()) << said.front().sentence;
        return;
    }
    const auto found = std::ranges::find(said, GetParam().code, &Objection::code);
    ASSERT_NE(found, said.end()) << (said.empty() ? "nothing said" : said.front().sentence);
    EXPECT_EQ(found->refused, GetParam().refused);
    EXPECT_FALSE(found->sentence.empty());
}

const IpAddress server = *IpAddress::parse("10.0.3.25");

INSTANTIATE_TEST_SUITE_P(
    Table, Validation,
    testing::Values(
        Row{"office_as_it_is", false, [](Model&, HostFacts&) {}, "", false},
        Row{"mail_host_as_it_is", true, [](Model&, HostFacts&) {}, "", false},
        Row{"router_without_mail_server", false, [](Model& m, HostFacts&) { m.mail_servers.clear(); },
            "egress.no_mail_server", true},
        Row{"host_without_user", true, [](Model& m, HostFacts&) { m.mta_users.clear(); }, "egress.no_mta_user", true},
        Row{"user_unknown", true, [](Model& m, HostFacts&) { m.mta_users = {{"exim", 0}}; }, "egress.unknown_user",
            true},
        Row{"other_server_runs", true,
            [](Model& m, HostFacts& f) {
                m.mta_users = {{"Debian-exim", 0}};
                f.users["Debian-exim"] = 104;
            },
            "egress.mta_user_missing", true},
        Row{"nobody_listens", true,
            [](Model& m, HostFacts& f) {
                m.mta_users = {{"Debian-exim", 0}};
                f.users["Debian-exim"] = 104;
                f.listening.clear();
            },
            "", false},
        Row{"a_user_sends_now", true, [](Model&, HostFacts& f) { f.senders_now = {33, 103}; }, "egress.user_sends_now",
            false},
        Row{"web_user_named", true, [](Model& m, HostFacts&) { m.mta_users.push_back({"www-data", 33}); },
            "egress.user_of_everybody", true},
        Row{"cgroup_alone_and_absent", true,
            [](Model& m, HostFacts& f) {
                m.mta_users.clear();
                m.cgroup = "a.slice";
                f.cgroup_resolves = false;
            },
            "egress.cgroup_absent", true},
        Row{"cgroup_absent_beside_users", true,
            [](Model& m, HostFacts& f) {
                m.cgroup = "a.slice";
                f.cgroup_resolves = false;
            },
            "egress.cgroup_absent", false},
        Row{"public_address_behind_nat", false, [](Model& m, HostFacts&) { m.mail_servers = {net("203.0.113.25")}; },
            "egress.mail_server_behind_nat", true},
        Row{"server_behind_another_leg", false, [](Model&, HostFacts& f) { f.device_towards[server] = "eth1"; },
            "egress.mail_server_elsewhere", true},
        Row{"server_where_it_should_be", false, [](Model&, HostFacts& f) { f.device_towards[server] = "eth3"; }, "",
            false},
        Row{"no_mail_interface", false, [](Model& m, HostFacts&) { m.mail_interfaces = {"eth9"}; },
            "egress.no_mail_interface", true},
        Row{"v6_and_a_v4_server", false,
            [](Model& m, HostFacts& f) {
                m.mail_servers.pop_back();
                f.default_route_v6 = true;
            },
            "egress.mail_server_v4_only", false},
        Row{"no_inside_interface", false, [](Model& m, HostFacts&) { m.inside_interfaces = {"wg*"}; },
            "egress.no_interface", false},
        Row{"ssh_shut", false, [](Model& m, HostFacts&) { m.ports = {25, 22}; }, "egress.not_a_mail_port", true},
        Row{"port_25_open", false, [](Model& m, HostFacts&) { m.ports = {587}; }, "egress.port_25_left_open", true},
        Row{"trap_at_ssh", false, [](Model& m, HostFacts&) { m.trap_port = 22; }, "egress.trap_port_low", true},
        Row{"trap_port_1023", false, [](Model& m, HostFacts&) { m.trap_port = 1'023; }, "egress.trap_port_low", true},
        Row{"trap_port_1024", false, [](Model& m, HostFacts&) { m.trap_port = 1'024; }, "", false},
        Row{"trap_for_nobody", false,
            [](Model& m, HostFacts&) {
                m.inside.clear();
                m.inside_interfaces.clear();
            },
            "egress.trap_without_inside", true},
        Row{"everything_inside", false, [](Model& m, HostFacts&) { m.inside.push_back(net("0.0.0.0/0")); },
            "egress.inside_too_wide", true},
        Row{"v6_everything_inside", false, [](Model& m, HostFacts&) { m.inside.push_back(net("2000::/3")); },
            "egress.inside_too_wide", true},
        Row{"network_as_server", false, [](Model& m, HostFacts&) { m.mail_servers.push_back(net("10.0.0.0/16")); },
            "egress.mail_servers_too_wide", true},
        Row{"exception_for_all", false, [](Model& m, HostFacts&) { m.exceptions.front().source = net("0.0.0.0/0"); },
            "egress.exception_too_wide", true},
        Row{"exception_without_reason", false, [](Model& m, HostFacts&) { m.exceptions.front().reason.clear(); },
            "egress.exception_without_reason", true},
        Row{"exception_over", false, [](Model& m, HostFacts&) { m.exceptions.front().until = day(2026, 11, 25); },
            "egress.exception_over", false},
        Row{"exception_of_401_days", false,
            [](Model& m, HostFacts& f) { m.exceptions.front().until = f.today + std::chrono::days(401); },
            "egress.exception_endless", true},
        Row{"exception_of_400_days", false,
            [](Model& m, HostFacts& f) { m.exceptions.front().until = f.today + std::chrono::days(400); }, "", false},
        Row{"exception_across_families", false,
            [](Model& m, HostFacts&) { m.exceptions.front().destination = net("2001:db8::1"); },
            "egress.exception_families", true},
        Row{"no_submission_server", false, [](Model& m, HostFacts&) { m.submission_servers.clear(); },
            "egress.submission_without_servers", true},
        Row{"too_many_exceptions", false,
            [](Model& m, HostFacts&) { m.exceptions.resize(max_exceptions + 1, m.exceptions.front()); },
            "egress.too_many", true},
        Row{"as_many_exceptions_as_may_be", false,
            [](Model& m, HostFacts&) { m.exceptions.resize(max_exceptions, m.exceptions.front()); }, "", false}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ValidationElsewhere, holds_nothing_against_a_model_that_this_machine_cannot_know) {
    EXPECT_TRUE(validate(test::office(), nullptr).empty());
    Model endless = test::office();
    endless.exceptions.front().until = day(2038, 1, 1);
    EXPECT_EQ(validate(endless, nullptr).front().code, "egress.exception_endless");
}

}  // namespace
}  // namespace postern::egress
