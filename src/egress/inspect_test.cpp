// SPDX-License-Identifier: Apache-2.0
#include "egress/inspect.hpp"
#include "egress/listing.hpp"
#include "egress/test_models.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace postern::egress {
namespace {

// Short forms of what nft -j prints.
std::string chain(const char* family, const char* table, const char* name, const char* hook = "", int priority = 0,
                  const char* policy = "accept", const char* type = "filter") {
    return fmt::format(R"({{"chain": {{"family": "{}", "table": "{}", "name": "{}"{}}}}})", family, table, name,
                       *hook == '\0' ? ""
                                     : fmt::format(R"(, "type": "{}", "hook": "{}", "prio": {}, "policy": "{}")", type,
                                                   hook, priority, policy));
}
std::string rule(const char* family, const char* table, const char* name, const std::string& expressions) {
    return fmt::format(R"({{"rule": {{"family": "{}", "table": "{}", "chain": "{}", "expr": [{}]}}}})", family, table,
                       name, expressions);
}
std::string dport(const char* right) {
    return fmt::format(
        R"({{"match": {{"op": "==", "left": {{"payload": {{"protocol": "tcp", "field": "dport"}}}}, "right": {}}}}})",
        right);
}
constexpr const char* accept = R"({"accept": null})";
constexpr const char* reject = R"({"reject": {"type": "tcp reset"}})";
constexpr const char* drop = R"({"drop": null})";
constexpr const char* established =
    R"({"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}})";
constexpr const char* to_us =
    R"({"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": "203.0.113.25"}})";

Ruleset rules(std::initializer_list<std::string> parts) {
    std::string all;
    for (const std::string& part : parts) all += (all.empty() ? "" : ", ") + part;
    return *read_ruleset(R"({"nftables": [)" + all + "]}");
}

std::vector<std::string_view> codes(const Ruleset& seen, const Model& model, const Surroundings& around = {}) {
    std::vector<std::string_view> out;
    for (const Problem& one : inspect(seen, model, around)) out.push_back(one.code);
    return out;
}

using Codes = std::vector<std::string_view>;

Model rejecting() {
    Model model = test::office();
    model.action = Action::reject;
    return model;
}

TEST(Inspect, finds_a_redirect_of_port_25_and_lets_a_port_forwarding_to_the_mail_server_be) {
    const std::string pre = chain("ip", "nat", "pre", "prerouting", -100, "accept", "nat");
    const auto with = [&](const std::string& expressions) {
        return rules({pre, rule("ip", "nat", "pre", expressions)});
    };
    EXPECT_EQ(codes(with(dport("25") + R"(, {"redirect": {"port": 2525}})"), rejecting()),
              Codes{"verify.port_changed"});
    EXPECT_EQ(codes(with(dport(R"({"set": [25, 587]})") + R"(, {"dnat": {"addr": "198.51.100.9", "port": 2525}})"),
                    rejecting()),
              Codes{"verify.port_changed"});
    EXPECT_EQ(codes(with(dport(R"({"range": [20, 30]})") + R"(, {"redirect": {"port": 2525}})"), rejecting()),
              Codes{"verify.port_changed"});
    EXPECT_EQ(codes(with(dport("\"@mail\"") + R"(, {"redirect": {"port": 2525}})"), rejecting()),
              Codes{"verify.port_changed"});
    EXPECT_EQ(codes(with(R"({"redirect": {"port": 2525}})"), rejecting()), Codes{"verify.port_changed"});
    EXPECT_EQ(codes(with(dport("25") + R"(, {"dnat": {"addr": "10.0.3.25"}})"), rejecting()), Codes{});
    EXPECT_EQ(
        codes(with(std::string(to_us) + ", " + dport("25") + R"(, {"dnat": {"addr": "192.0.2.9", "port": 2525}})"),
              rejecting()),
        Codes{});
    EXPECT_EQ(codes(with(dport("25") + R"(, {"dnat": {"addr": "192.0.2.9"}})"), rejecting()), Codes{})
        << "port 25 still, so forward refuses it";
    EXPECT_EQ(codes(with(dport("80") + R"(, {"redirect": {"port": 3128}})"), rejecting()), Codes{});
}

TEST(Inspect, follows_jumps_and_survives_their_loops) {
    const auto seen = rules({chain("ip", "nat", "pre", "prerouting", -150, "accept", "nat"), chain("ip", "nat", "a"),
                             chain("ip", "nat", "b"), rule("ip", "nat", "pre", R"({"jump": {"target": "a"}})"),
                             rule("ip", "nat", "a", R"({"goto": {"target": "b"}})"),
                             rule("ip", "nat", "b", R"({"jump": {"target": "a"}})"),
                             rule("ip", "nat", "b", dport("25") + R"(, {"redirect": {"port": 1}})")});
    EXPECT_EQ(codes(seen, rejecting()), Codes{"verify.port_changed"});
}

TEST(Inspect, with_a_trap_only_an_earlier_redirect_takes_anything_away) {
    for (const auto& [priority, wanted] : {std::pair{-150, Codes{"verify.port_changed"}}, {-100, Codes{}}})
        EXPECT_EQ(codes(rules({chain("ip", "nat", "pre", "prerouting", priority, "accept", "nat"),
                               rule("ip", "nat", "pre", dport("25") + R"(, {"redirect": {"port": 2525}})")}),
                        test::office()),
                  wanted);
}

TEST(Inspect, finds_flow_tables_because_connections_in_them_skip_forward) {
    const auto seen = rules(
        {R"({"flowtable": {"family": "inet", "table": "fast", "name": "ft", "hook": "ingress", "prio": 0, "dev": "eth1"}})",
         chain("inet", "fast", "f", "forward"),
         rule("inet", "fast", "f", std::string(established) + R"(, {"flow": {"op": "add", "flowtable": "@ft"}})")});
    EXPECT_EQ(codes(seen, rejecting()), Codes{"verify.flowtable"});
}

TEST(Inspect, finds_machines_bridged_to_the_way_out) {
    Surroundings around{.bridges = {{"br0", {"eth0", "vnet0"}}, {"docker0", {"veth1", "veth2"}}},
                        .default_devices = {"br0"}};
    EXPECT_EQ(codes({}, rejecting(), around), Codes{"verify.bridged"});
    around.bridges_meet_forward = true;
    EXPECT_EQ(codes({}, rejecting(), around), Codes{});
    around = {.bridges = {{"br0", {"eth0"}}, {"docker0", {"veth1", "veth2"}}}, .default_devices = {"br0"}};
    EXPECT_EQ(codes({}, rejecting(), around), Codes{});
}

TEST(Inspect, finds_who_drops_the_traps_port) {
    const auto input = [](const char* policy, const std::string& expressions) {
        return rules({chain("inet", "other", "in", "input", 0, policy),
                      rule("inet", "other", "in", std::string(established) + ", " + accept),
                      rule("inet", "other", "in", expressions)});
    };
    const Codes deaf{"verify.trap_deaf"};
    EXPECT_EQ(codes(input("drop", dport("22") + ", " + accept), test::office()), deaf);
    EXPECT_EQ(codes(input("accept", drop), test::office()), deaf);
    EXPECT_EQ(codes(input("accept", dport("2526") + ", " + to_us + ", " + drop), test::office()), deaf);
    EXPECT_EQ(codes(input("drop", dport(R"({"set": [22, 2526]})") + ", " + accept), test::office()), Codes{});
    EXPECT_EQ(
        codes(input("accept",
                    std::string(R"({"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "invalid"}}, )") +
                        drop),
              test::office()),
        Codes{});
    EXPECT_EQ(codes(input("drop", dport("22") + ", " + accept), rejecting()), Codes{}) << "no trap, no port";
}

TEST(Guard, is_a_refusal_with_nothing_wider_in_front_of_it) {
    const auto output = [](std::initializer_list<std::string> all) {
        std::string text = chain("inet", "filter", "out", "output");
        for (const std::string& one : all) text += ", " + rule("inet", "filter", "out", one);
        return *read_ruleset(R"({"nftables": [)" + text + "]}");
    };
    const std::string refusal = dport("25") + ", " + reject;
    EXPECT_EQ(guard_of(output({refusal}), "output", true).holds, "inet filter out");
    EXPECT_EQ(guard_of(output({std::string(established) + ", " + accept, refusal}), "output", true).holds,
              "inet filter out");
    EXPECT_EQ(guard_of(output({accept, refusal}), "output", true).holds, std::nullopt);
    EXPECT_EQ(guard_of(output({accept, refusal}), "output", false).shadowed, "inet filter out");
    EXPECT_EQ(guard_of(output({dport("80") + ", " + drop}), "output", true).holds, std::nullopt);
    EXPECT_EQ(guard_of(output({refusal}), "forward", true).holds, std::nullopt);
}

TEST(Guard, of_one_family_is_none_for_the_other) {
    const auto seen =
        rules({chain("ip", "filter", "out", "output"), rule("ip", "filter", "out", dport("25") + ", " + reject)});
    EXPECT_TRUE(guard_of(seen, "output", true).holds);
    EXPECT_FALSE(guard_of(seen, "output", false).holds);
}

TEST(Record, is_what_logs_and_whether_it_is_limited) {
    const auto with = [](const std::string& more) {
        return record_of(
            rules({chain("inet", "f", "out", "output"), rule("inet", "f", "out", dport("25") + more + ", " + reject)}));
    };
    EXPECT_FALSE(with("").logs);
    EXPECT_TRUE(with(R"(, {"log": {"prefix": "x"}})").unlimited);
    EXPECT_TRUE(with(R"(, {"limit": {"rate": 5, "per": "second"}}, {"log": null})").logs);
    EXPECT_FALSE(with(R"(, {"limit": {"rate": 5, "per": "second"}}, {"log": null})").unlimited);
}

TEST(LiveTable, tells_what_is_confirmed_and_what_is_on_trial) {
    const auto live = read_live_table(
        R"({"nftables": [{"table": {"family": "inet", "name": "postern"}},
        {"map": {"family": "inet", "table": "postern", "name": "trial_forward", "elem": [[{"elem": {"val": "ipv4", "timeout": 60, "expires": 41}}, {"goto": {"target": "forward_bbbbbbbb"}}]]}},
        {"chain": {"family": "inet", "table": "postern", "name": "forward"}}, {"chain": {"family": "inet", "table": "postern", "name": "forward_aaaaaaaa"}},
        {"chain": {"family": "inet", "table": "postern", "name": "forward_bbbbbbbb"}},
        {"rule": {"family": "inet", "table": "postern", "chain": "forward", "expr": [{"goto": {"target": "forward_aaaaaaaa"}}]}}]})");
    ASSERT_TRUE(live);
    EXPECT_TRUE(live->present);
    EXPECT_EQ(live->confirmed, "aaaaaaaa");
    EXPECT_EQ(live->trial, "bbbbbbbb");
    EXPECT_EQ(live->trial_left, std::chrono::seconds(41));
    EXPECT_EQ(live->generations.size(), 2U);
    EXPECT_FALSE(read_live_table(R"({"nftables": []})")->present);
    EXPECT_FALSE(read_live_table("[]"));
    EXPECT_FALSE(read_live_table("{"));
}

TEST(Hits, name_machines_and_users_the_most_active_first) {
    const auto hits =
        read_hits(R"({"nftables": [{"set": {"family": "inet", "table": "postern", "name": "hits4", "elem": [
        {"elem": {"val": {"concat": ["10.0.0.7", "eth1"]}, "counter": {"packets": 3, "bytes": 180}}}, {"elem": {"val": {"concat": ["10.0.0.8", "eth1"]}, "counter": {"packets": 9, "bytes": 1}}}]}},
        {"set": {"family": "inet", "table": "postern", "name": "hit_users", "elem": [{"elem": {"val": 33, "counter": {"packets": 1, "bytes": 60}}}]}}]})");
    ASSERT_TRUE(hits);
    ASSERT_EQ(hits->size(), 3U);
    EXPECT_EQ((*hits)[0].who, "10.0.0.8");
    EXPECT_EQ((*hits)[0].interface, "eth1");
    EXPECT_EQ((*hits)[2].who, "uid 33");
}

TEST(Cgroup, that_is_gone_is_named_and_its_lines_are_no_foreign_rules) {
    using Kind = Difference::Kind;
    const Difference old{Kind::foreign, "chain output_aa", "socket cgroupv2 level 2 4711 counter accept"};
    const Difference fresh{Kind::missing, "chain output_aa",
                           "socket cgroupv2 level 2 \"system.slice/x.service\" accept"};
    const Difference other{Kind::foreign, "chain output_aa", "accept"};
    std::vector<Difference> differences{old, fresh, other};
    const auto gone = take_cgroup_fault("system.slice/x.service", false, differences);
    ASSERT_TRUE(gone);
    EXPECT_EQ(gone->code, "verify.cgroup_gone");
    EXPECT_TRUE(gone->sentence.contains("is gone"));
    ASSERT_EQ(differences.size(), 1U);
    EXPECT_EQ(differences[0].line, "accept");
    differences = {old, fresh};
    EXPECT_TRUE(take_cgroup_fault("system.slice/x.service", true, differences)->sentence.contains("made anew"));
    differences = {other};
    EXPECT_FALSE(take_cgroup_fault("system.slice/x.service", true, differences));
    differences = {old};
    EXPECT_FALSE(take_cgroup_fault("", false, differences)) << "nobody configured one: it is a foreign rule";
    EXPECT_EQ(differences.size(), 1U);
}

constexpr std::string_view wanted =
    "table inet postern {\n\tmap trial_forward {\n\t\ttype nf_proto : verdict\n\t}\n\n\tchain forward_aa {\n\t\ttcp "
    "dport != 25 accept\n\t\treject\n\t}\n}\n";

TEST(Listing, is_compared_line_by_line) {
    const LiveTable live{.present = true, .confirmed = "aa", .generations = {"aa", "bb"}};
    EXPECT_TRUE(compare_listings(wanted, wanted, live).empty());
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string text(wanted);
        text.replace(text.find(from), from.size(), to);
        std::vector<std::string> out;
        for (const Difference& one : compare_listings(wanted, text, live)) out.push_back(to_string(one));
        return out;
    };
    using Lines = std::vector<std::string>;
    EXPECT_EQ(with("\t\treject\n", "\t\taccept\n\t\treject\n"), Lines{"+ chain forward_aa: accept"});
    EXPECT_EQ(with("\t\treject\n", ""), Lines{"- chain forward_aa: reject"});
    EXPECT_EQ(with("\tmap", "\tflags dormant\n\tmap"), Lines{"+ table: 1 lines"});
    EXPECT_EQ(with("\t\ttcp dport != 25 accept\n\t\treject\n", "\t\treject\n\t\ttcp dport != 25 accept\n"),
              Lines{"! chain forward_aa: the same lines in another order or number"});
    EXPECT_EQ(with("\tchain forward_aa", "\tchain forward_bb {\n\t\taccept\n\t}\n\tchain forward_aa"), Lines{})
        << "left behind by a rollback";
    EXPECT_EQ(with("\tchain forward_aa", "\tchain other {\n\t\taccept\n\t}\n\tchain forward_aa"),
              Lines{"+ chain other: 1 lines"});
    EXPECT_EQ(compare_listings(wanted, "", live).size(), 2U);
}

}  // namespace
}  // namespace postern::egress
