// SPDX-License-Identifier: Apache-2.0
#include "policy/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::policy {
namespace {

using namespace std::chrono_literals;

constexpr Instant now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 12h};

Settings site() {
    Settings out;
    out.site.domains = {*DomainName::parse("example.com")};
    out.site.senders = {*Network::parse("203.0.113.9/32")};
    return out;
}
Settings enforcing() {
    Settings out = site();
    out.malware.mode = out.spam.mode = out.sources.mode = out.identity.mode = Mode::enforce;
    out.relay.own_sender_mode = out.relay.login_sender_mode = out.ceilings.mode = Mode::enforce;
    return out;
}
Client from(const char* ip, bool submission = false) { return {.ip = *IpAddress::parse(ip), .submission = submission}; }

std::vector<std::string> codes(const Decision& decision) {
    std::vector<std::string> out;
    for (const Finding& one : decision.findings()) out.emplace_back(one.code);
    return out;
}

/// M6 over the whole battery: a stranger, RCPT by RCPT.
struct Relay {
    const char* name;
    const char* path;
    Action action;
    const char* code;
};
class Strangers : public testing::TestWithParam<Relay> {};

TEST_P(Strangers, reach_only_the_domains_of_the_site) {
    const Settings settings = site();
    SessionPolicy session(settings, from("198.51.100.7"));
    EXPECT_EQ(session.mail("<bert@plain.example>", "").action(), Action::accept);
    const Decision decision = session.recipient(GetParam().path);
    EXPECT_EQ(decision.action(), GetParam().action);
    if (decision.deciding() != nullptr) {
        EXPECT_EQ(decision.deciding()->code, GetParam().code);
        EXPECT_TRUE(decision.refusal("")->is_permanent());
    }
    EXPECT_EQ(session.envelope().recipients.size(), GetParam().action == Action::accept ? 1U : 0U);
}

constexpr const char* denied = "m6.relay.denied";
constexpr const char* routed = "m6.address.routed";
constexpr const char* malformed = "m6.address.malformed";
INSTANTIATE_TEST_SUITE_P(
    Rows, Strangers,
    testing::Values(Relay{"own", "<anna@example.com>", Action::accept, ""},
                    Relay{"own_in_capitals", "<anna@EXAMPLE.COM>", Action::accept, ""},
                    Relay{"own_with_dot", "<anna@example.com.>", Action::accept, ""},
                    Relay{"postmaster", "<postmaster>", Action::accept, ""},
                    Relay{"Postmaster", "<PostMaster>", Action::accept, ""},
                    Relay{"elsewhere", "<victim@plain.example>", Action::refuse, denied},
                    Relay{"below_own", "<victim@sub.example.com>", Action::refuse, denied},
                    Relay{"ends_like_own", "<victim@notexample.com>", Action::refuse, denied},
                    Relay{"no_domain", "<victim>", Action::refuse, denied},
                    Relay{"percent", "<victim%plain.example@example.com>", Action::refuse, routed},
                    Relay{"bang", "<plain.example!victim@example.com>", Action::refuse, routed},
                    Relay{"bang_alone", "<plain.example!victim>", Action::refuse, routed},
                    Relay{"quoted", "<\"victim@plain.example\"@example.com>", Action::refuse, routed},
                    Relay{"quoted_alone", "<\"victim@plain.example\">", Action::refuse, routed},
                    Relay{"quoted_percent", "<\"victim%plain.example\">", Action::refuse, routed},
                    Relay{"escaped", "<victim\\@plain.example@example.com>", Action::refuse, malformed},
                    Relay{"double_at", "<victim@plain.example@example.com>", Action::refuse, malformed},
                    Relay{"route", "<@example.com:victim@plain.example>", Action::refuse, routed},
                    Relay{"route_home", "<@plain.example:anna@example.com>", Action::refuse, routed},
                    Relay{"literal", "<victim@[198.51.100.9]>", Action::refuse, "m6.relay.literal"},
                    Relay{"literal_v6", "<victim@[IPv6:2001:db8::9]>", Action::refuse, "m6.relay.literal"},
                    Relay{"pipe", "<\"|/bin/sh\"@example.com>", Action::refuse, routed},
                    Relay{"utf8",
                          "<victim@b\xC3\xBC"
                          "cher.example>",
                          Action::refuse, denied},
                    Relay{"empty", "<>", Action::refuse, malformed},
                    Relay{"no_bracket_end", "<anna@example.com", Action::refuse, malformed},
                    Relay{"zero", "<anna@example.com\x01>", Action::refuse, malformed}),
    [](const auto& row) { return row.param.name; });

TEST(Direction, is_decided_by_login_listener_and_declaration_never_by_class) {
    const Settings settings = site();
    const auto relays = [&](Client client, const char* login) {
        SessionPolicy session(settings, std::move(client));
        (void)session.mail("<anna@example.com>", login);
        return session.recipient("<bert@plain.example>").action() == Action::accept;
    };
    EXPECT_TRUE(relays(from("198.51.100.7"), "anna"));
    EXPECT_TRUE(relays(from("198.51.100.7", true), ""));
    EXPECT_TRUE(relays(from("203.0.113.9"), ""));
    EXPECT_TRUE(relays({}, ""));
    for (const char* ip : {"10.0.0.1", "172.17.0.1", "192.168.1.1", "127.0.0.1", "::1", "fd00::1", "203.0.113.10"})
        EXPECT_FALSE(relays(from(ip), "")) << ip;
}

TEST(Sender, the_sites_own_name_from_outside_is_refused_once_enforced) {
    for (const bool enforce : {false, true}) {
        const Settings settings = enforce ? enforcing() : site();
        SessionPolicy session(settings, from("198.51.100.7"));
        const Decision decision = session.mail("<boss@example.com>", "");
        EXPECT_EQ(codes(decision), std::vector<std::string>{"m6.sender.own"});
        EXPECT_EQ(decision.action(), enforce ? Action::refuse : Action::accept);
        EXPECT_EQ(decision.findings().front().would, !enforce);
    }
}

TEST(Session, a_new_mail_knows_nothing_of_the_one_before) {
    const Settings settings = site();
    SessionPolicy session(settings, from("198.51.100.7"));
    (void)session.mail("<anna@example.com>", "anna");
    (void)session.recipient("<bert@plain.example>");
    EXPECT_EQ(session.accountable(), "anna");
    (void)session.mail("<x@plain.example>", "");
    EXPECT_TRUE(session.envelope().recipients.empty());
    EXPECT_EQ(session.accountable(), "198.51.100.7");
    EXPECT_EQ(session.recipient("<bert@plain.example>").action(), Action::refuse);
}

TEST(Session, recipients_have_a_limit) {
    Settings settings = site();
    settings.limits.recipients = 2;
    SessionPolicy session(settings, from("198.51.100.7"));
    (void)session.mail("<>", "");
    EXPECT_EQ(session.recipient("<a@example.com>").action(), Action::accept);
    EXPECT_EQ(session.recipient("<b@example.com>").action(), Action::accept);
    const Decision third = session.recipient("<c@example.com>");
    EXPECT_EQ(third.action(), Action::defer);
    EXPECT_FALSE(third.refusal("")->is_permanent());
}

class Sources : public testing::Test {
protected:
    Sources() {
        settings_ = enforcing();
        settings_.sources.declared = true;
        settings_.sources.allowed = {{*Network::parse("192.0.2.0/24"), "config"}};
        settings_.sources.exceptions = {{*Network::parse("198.51.100.7/32"), "partner", now + 1h}};
    }
    Decision at(const char* ip, Instant when = now) {
        SessionPolicy session(settings_, from(ip));
        return session.connect(when);
    }
    Settings settings_;
};

TEST_F(Sources, only_the_filters_servers_come_in) {
    EXPECT_EQ(at("192.0.2.77").action(), Action::accept);
    EXPECT_EQ(at("198.51.100.8").action(), Action::defer);
    settings_.sources.stage = Action::refuse;
    EXPECT_EQ(at("198.51.100.8").action(), Action::refuse);
    settings_.sources.mode = Mode::observe;
    EXPECT_EQ(at("198.51.100.8").action(), Action::accept);
    settings_.sources.declared = false;
    EXPECT_TRUE(at("198.51.100.8").findings().empty());
}
TEST_F(Sources, an_exception_ends_on_its_day) {
    EXPECT_EQ(at("198.51.100.7").action(), Action::accept);
    EXPECT_EQ(at("198.51.100.7", now + 1h).action(), Action::defer);
}
TEST_F(Sources, people_who_submit_are_no_inbound_mail) {
    SessionPolicy session(settings_, from("198.51.100.8", true));
    EXPECT_EQ(session.connect(now).action(), Action::accept);
    SessionPolicy with_login(settings_, from("198.51.100.8"));
    EXPECT_EQ(with_login.connect(now).action(), Action::defer);
    EXPECT_EQ(with_login.connect(now, "anna").action(), Action::accept);
    EXPECT_FALSE(with_login.helo("PC7").findings().empty());
    EXPECT_TRUE(with_login.helo("PC7", "anna").findings().empty());
}

TEST(Decision, the_gravest_that_counts_decides_and_a_fault_is_never_for_good) {
    constexpr Rule rule{"x.y", "M1", 554, "5.7.1"};
    Decision decision;
    decision.add(rule, Mode::observe, Action::refuse, "would");
    EXPECT_EQ(decision.action(), Action::accept);
    EXPECT_FALSE(decision.refusal("E1"));
    decision.add(rule, Mode::enforce, Action::tag, "tagged");
    EXPECT_EQ(decision.action(), Action::tag);
    decision.fault("scanner", "M1", "try again");
    EXPECT_EQ(decision.action(), Action::defer);
    EXPECT_EQ(decision.refusal("E1")->line(), "451 4.7.1 try again (scanner E1)");
    decision.add(rule, Mode::enforce, Action::refuse, "no");
    EXPECT_EQ(decision.refusal("E1")->line(), "554 5.7.1 no (x.y E1)");
}

}  // namespace
}  // namespace postern::policy
