// SPDX-License-Identifier: Apache-2.0
#include "gate/policy_judge.hpp"

#include <gtest/gtest.h>

namespace postern::gate {
namespace {

using policy::Action;
using policy::Mode;

/// A Postfix that asks.
struct Asked {
    std::vector<store::Event> events;
    std::vector<std::string> lines;
    store::Metrics metrics;
    GateRecord record{{[] { return Instant{std::chrono::hours(24 * 365 * 50)}; },
                       [this](store::Event event) {
                           events.push_back(std::move(event));
                           return "E" + std::to_string(events.size());
                       },
                       [this](std::string_view line) { lines.emplace_back(line); }},
                      metrics};
    std::shared_ptr<GateRules> rules = std::make_shared<GateRules>();
    PolicyJudge judge{record};
    wire::PolicyRequest request;

    Asked() {
        rules->policy.site.domains = {*DomainName::parse("example.com")};
        request = {.state = "RCPT",
                   .instance = "1.0",
                   .client_address = "192.0.2.7",
                   .client_name = "mx.plain.example",
                   .helo = "mx.plain.example",
                   .sender = "bert@plain.example",
                   .recipient = "anna@example.com",
                   .server_port = "25"};
    }
    std::string ask() { return judge.judge(request, rules).text(); }
    std::string ask(std::string state) {
        request.state = std::move(state);
        return ask();
    }
    std::string to(std::string recipient) {
        request.recipient = std::move(recipient);
        return ask("RCPT");
    }
    Asked& filtered(Action stage, Mode mode = Mode::enforce) {
        rules->policy.sources.declared = true;
        rules->policy.sources.allowed = {{*Network::parse("198.51.100.0/24"), "config"}};
        rules->policy.sources.mode = mode;
        rules->policy.sources.stage = stage;
        return *this;
    }
    Asked& person(std::string login, std::uint32_t hold_per_hour) {
        request.login = std::move(login);
        request.sender = "anna@example.com";
        request.recipient = "bert@plain.example";
        rules->policy.ceilings = {.mode = Mode::enforce, .hold_per_hour = hold_per_hour};
        return *this;
    }
};

constexpr const char* dunno = "action=DUNNO\n\n";

TEST(PolicyJudge, has_nothing_against_mail_for_the_site) {
    Asked asked;
    for (const char* state : {"CONNECT", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "VRFY", "ETRN", "WHATEVER"})
        EXPECT_EQ(asked.ask(state), dunno) << state;
    EXPECT_TRUE(asked.lines.empty());
    EXPECT_EQ(asked.ask("END-OF-MESSAGE"), dunno);
    ASSERT_EQ(asked.lines.size(), 1U);
    EXPECT_NE(asked.lines[0].find("stage=message verdict=accept"), std::string::npos) << asked.lines[0];
    EXPECT_TRUE(asked.events.empty());
}

struct Relay {
    const char* name;
    const char* recipient;
    const char* begin;
};

class PolicyRelay : public testing::TestWithParam<Relay> {};

TEST_P(PolicyRelay, is_refused_with_rule_and_event) {
    Asked asked;
    const std::string said = asked.to(GetParam().recipient);
    EXPECT_EQ(said.find(GetParam().begin), 0U) << said;
    ASSERT_EQ(asked.events.size(), 1U);
    EXPECT_NE(said.find("E1)\n\n"), std::string::npos) << said;
    EXPECT_EQ(asked.events[0].kind, "gate.recipient");
    EXPECT_EQ(asked.events[0].ip, "192.0.2.7");
}

INSTANTIATE_TEST_SUITE_P(all, PolicyRelay,
                         testing::Values(Relay{"foreign_domain", "victim@elsewhere.example", "action=554 5.7.1 "},
                                         Relay{"percent", "victim%elsewhere.example@example.com", "action=553 5.1.3 "},
                                         Relay{"quoted_at", "victim@elsewhere.example@example.com",
                                               "action=553 5.1.3 "},
                                         Relay{"bang", "elsewhere.example!victim@example.com", "action=553 5.1.3 "},
                                         Relay{"literal", "victim@[198.51.100.9]", "action=554 5.7.1 "},
                                         Relay{"nobody", "", "action=501 5.1.3 "}),
                         [](const auto& info) { return info.param.name; });

TEST(PolicyJudge, takes_a_login_or_a_declared_listener_for_outbound) {
    Asked asked;
    asked.request.login = "anna";
    EXPECT_EQ(asked.to("bert@plain.example"), dunno);
    asked.request.login.clear();
    EXPECT_EQ(asked.to("bert@plain.example").find("action=554"), 0U);
    asked.request.context = "ORIGINATING";
    EXPECT_EQ(Asked{}.judge.judge(asked.request, asked.rules).text(), dunno);
    asked.request.context.clear();
    asked.request.server_port = "587";
    EXPECT_EQ(Asked{}.judge.judge(asked.request, asked.rules).text(), dunno);
}

TEST(PolicyJudge, never_takes_a_client_without_an_address_for_a_program_of_the_server) {
    for (const char* address : {"", "unknown", "192.0.2", "localhost"}) {
        Asked asked;
        asked.request.client_address = address;
        EXPECT_EQ(asked.to("victim@elsewhere.example").find("action=451 4.7.1 "), 0U) << address;
    }
    Asked asked;
    asked.request.client_address = "fe80::1%eth0";
    EXPECT_EQ(asked.to("anna@example.com"), dunno);
}

TEST(PolicyJudge, defers_strangers_unless_a_later_restriction_refuses_them) {
    Asked asked;
    asked.filtered(Action::defer);
    const std::string said = asked.ask();
    EXPECT_EQ(said.find("action=DEFER_IF_PERMIT 4.7.1 "), 0U) << said;
    EXPECT_NE(said.find("(m4.source.outside E1)"), std::string::npos) << said;
    EXPECT_EQ(asked.to("info@example.com"), said) << "each recipient is told the same";
    EXPECT_EQ(asked.events.size(), 1U) << "and it is noted once";
    EXPECT_EQ(asked.ask("DATA").find("action=451 4.7.1 "), 0U);
}

TEST(PolicyJudge, refuses_strangers_where_the_stage_says_so_and_lets_the_filter_in) {
    Asked asked;
    asked.filtered(Action::refuse);
    EXPECT_EQ(asked.ask().find("action=550 5.7.1 "), 0U);
    asked.request.client_address = "198.51.100.9";
    EXPECT_EQ(asked.ask(), dunno);
}

TEST(PolicyJudge, only_says_what_it_would_while_it_observes) {
    Asked asked;
    asked.filtered(Action::refuse, Mode::observe);
    asked.rules->policy.relay.mode = Mode::observe;
    EXPECT_EQ(asked.to("victim@elsewhere.example"), dunno);
    ASSERT_EQ(asked.events.size(), 2U);
    EXPECT_TRUE(asked.events[0].would && asked.events[1].would);
    EXPECT_NE(asked.lines[0].find("m4.source.outside=would-refuse"), std::string::npos) << asked.lines[0];
    EXPECT_NE(asked.lines[1].find("m6.relay.denied=would-refuse"), std::string::npos) << asked.lines[1];
    EXPECT_EQ(asked.to("anna@example.com"), dunno);
    EXPECT_EQ(asked.events.size(), 2U) << "the sender is told of once a message";
}

TEST(PolicyJudge, says_the_same_of_a_recipient_that_two_restriction_lists_ask_about) {
    Asked asked;
    const std::string said = asked.to("victim@elsewhere.example");
    EXPECT_EQ(asked.to("victim@elsewhere.example"), said);
    EXPECT_EQ(asked.events.size(), 1U);
}

TEST(PolicyJudge, holds_what_is_beyond_a_ceiling_and_counts_a_message_once) {
    Asked asked;
    asked.person("anna", 5);
    asked.request.recipient_count = 3;
    for (const char* state : {"DATA", "DATA", "END-OF-MESSAGE", "END-OF-MESSAGE"}) EXPECT_EQ(asked.ask(state), dunno);
    EXPECT_EQ(asked.lines.size(), 1U);
    asked.request.instance = "2.0";
    EXPECT_EQ(asked.ask("DATA").find("action=HOLD This sender has sent more in an hour than a person does "
                                     "(mc.ceiling.hour E1)\n\n"),
              0U);
    EXPECT_EQ(asked.ask("END-OF-MESSAGE"), dunno);
    EXPECT_EQ(asked.events.size(), 1U);
    EXPECT_EQ(asked.events[0].account, "anna");
    EXPECT_EQ(asked.events[0].verdict, "hold");
}

TEST(PolicyJudge, counts_at_the_end_alone_where_only_that_is_asked) {
    Asked asked;
    asked.person("anna", 5);
    asked.request.recipient_count = 6;
    EXPECT_EQ(asked.ask("END-OF-MESSAGE").find("action=HOLD "), 0U);
    EXPECT_NE(asked.lines[0].find(" recipients=6 "), std::string::npos) << asked.lines[0];
}

TEST(PolicyJudge, counts_no_recipients_that_postfix_refused_after_it) {
    Asked asked;
    asked.person("anna", 5);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(asked.to("p" + std::to_string(i) + "@plain.example"), dunno);
    asked.request.recipient_count = 2;
    EXPECT_EQ(asked.ask("END-OF-MESSAGE"), dunno);
    EXPECT_NE(asked.lines[0].find(" recipients=2 "), std::string::npos) << asked.lines[0];
}

TEST(PolicyJudge, counts_nothing_that_comes_in) {
    Asked asked;
    asked.rules->policy.ceilings = {.mode = Mode::enforce, .hold_per_hour = 1};
    asked.request.recipient_count = 9;
    EXPECT_EQ(asked.ask("END-OF-MESSAGE"), dunno);
}

TEST(PolicyJudge, refuses_what_is_larger_than_the_site_takes) {
    Asked asked;
    asked.rules->policy.limits.message_octets = 1'000;
    asked.request.size = 1'000;
    EXPECT_EQ(asked.ask("END-OF-MESSAGE"), dunno);
    asked.request.instance = "2.0";
    asked.request.size = 1'001;
    EXPECT_EQ(asked.ask("END-OF-MESSAGE").find("action=552 5.3.4 "), 0U);
}

TEST(PolicyJudge, carries_nothing_from_one_message_to_the_next) {
    Asked asked;
    asked.rules->policy.limits.recipients = 1;
    EXPECT_EQ(asked.to("anna@example.com"), dunno);
    EXPECT_EQ(asked.to("info@example.com").find("action=DEFER_IF_PERMIT 4.5.3 "), 0U);
    asked.request.instance = "2.0";
    EXPECT_EQ(asked.to("info@example.com"), dunno);
    asked.request.sender = "carla@plain.example";  // under the same instance: another message all the same
    EXPECT_EQ(asked.to("anna@example.com"), dunno);
    asked.request.instance.clear();
    EXPECT_EQ(asked.to("anna@example.com"), dunno);
    EXPECT_EQ(asked.to("info@example.com"), dunno);
}

TEST(PolicyJudge, keeps_to_the_rules_that_a_message_began_with) {
    Asked asked;
    EXPECT_EQ(asked.to("anna@example.com"), dunno);
    auto other = std::make_shared<GateRules>();
    other->policy.site.domains = {*DomainName::parse("other.example")};
    asked.rules = other;
    EXPECT_EQ(asked.to("info@example.com"), dunno);
    asked.request.instance = "2.0";
    EXPECT_EQ(asked.to("info@example.com").find("action=554 "), 0U);
}

}  // namespace
}  // namespace postern::gate
