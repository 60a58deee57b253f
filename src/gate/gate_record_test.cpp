// SPDX-License-Identifier: Apache-2.0
#include "gate/gate_record.hpp"

#include <gtest/gtest.h>

namespace postern::gate {
namespace {

struct Told {
    std::vector<store::Event> events;
    std::vector<std::string> lines;
    store::Metrics metrics;
    GateRecord record{{[] { return Instant{}; },
                       [this](store::Event event) {
                           events.push_back(std::move(event));
                           return std::string("E0TEST");
                       },
                       [this](std::string_view line) { lines.emplace_back(line); }},
                      metrics};
};

struct Hit {
    policy::Settings settings;
    policy::SessionPolicy session;
    policy::MessageFacts facts;
    policy::Decision decision;

    explicit Hit(std::string login)
        : session(settings, {*IpAddress::parse("192.0.2.7"), "pc7.example.com", "submission", false}) {
        settings.malware.mode = policy::Mode::enforce;
        settings.relay.mode = policy::Mode::observe;
        (void)session.helo("pc7.example.com");
        (void)session.mail("<anna@example.com>", std::move(login));
        (void)session.recipient("<bert@plain.example>");
        facts.scan = wire::ScanVerdict::infected("Eicar");
        decision = session.message(facts, {});
    }
    [[nodiscard]] GateNote note() const {
        return {"message", &session, &decision, "4XQ1", {}, &facts, "<1@example.com>"};
    }
};

TEST(GateRecord, names_the_account_and_client_of_an_outbound_hit) {
    Told told;
    const Hit hit("anna");
    EXPECT_EQ(told.record.note(hit.note()), "E0TEST");
    ASSERT_EQ(told.events.size(), 1U);
    const store::Event& event = told.events[0];
    EXPECT_EQ(event.kind, "gate.incident");
    EXPECT_EQ(event.severity, "incident");
    EXPECT_EQ(event.account, "anna");
    EXPECT_EQ(event.ip, "192.0.2.7");
    EXPECT_EQ(event.host, "pc7.example.com");
    EXPECT_EQ(event.rule, "m1.virus.found");
    EXPECT_EQ(event.verdict, "refuse");
    EXPECT_FALSE(event.would);
}

TEST(GateRecord, takes_an_inbound_hit_for_a_refusal_and_no_incident) {
    Told told;
    const Hit hit("");
    (void)told.record.note(hit.note());
    ASSERT_EQ(told.events.size(), 1U);
    EXPECT_EQ(told.events[0].kind, "gate.message");
    EXPECT_EQ(told.events[0].severity, "notice");
}

TEST(GateRecord, makes_an_incident_of_an_account_that_sends_unusually_much) {
    Told told;
    Hit hit("anna");
    const auto message = wire::parse_message("From: anna@example.com\r\n\r\n");
    hit.settings.site.domains = {*DomainName::parse("example.com")};
    hit.facts.message = &*message;
    hit.facts.scan = wire::ScanVerdict::clean();
    hit.decision = hit.session.message(hit.facts, {.hour = 150, .new_in_day = 250, .added = 150});
    (void)told.record.note(hit.note());
    hit.decision = hit.session.message(hit.facts, {.hour = 151, .new_in_day = 251, .added = 1});
    (void)told.record.note(hit.note());
    ASSERT_EQ(told.events.size(), 2U);
    EXPECT_EQ(told.events[0].severity, "incident");
    EXPECT_EQ(told.events[0].account, "anna");
    EXPECT_EQ(told.events[0].rule, "mc.ceiling.strangers");
    EXPECT_EQ(told.events[0].sentence,
              "This sender sends unusually much (anna: 150 recipients in an hour, 100 are usual at most)");
    EXPECT_TRUE(told.events[0].would);
    EXPECT_EQ(told.events[1].severity, "info");
}

TEST(GateRecord, calls_nothing_clean_that_could_not_be_looked_into) {
    Told told;
    Hit hit("");
    const auto walk = wire::walk_mime("Content-Type: message/partial; id=x\r\n\r\nx");
    hit.facts.scan = wire::ScanVerdict::clean();
    hit.facts.mime = &walk;
    hit.decision = hit.session.message(hit.facts, {});
    (void)told.record.note(hit.note());
    ASSERT_EQ(told.lines.size(), 1U);
    EXPECT_NE(told.lines[0].find("scan=piece"), std::string::npos) << told.lines[0];
}

TEST(GateRecord, names_who_stands_behind_the_filter) {
    Told told;
    policy::Settings settings;
    settings.sources.declared = true;
    settings.sources.allowed = {{*Network::parse("192.0.2.0/24"), "config"}};
    policy::SessionPolicy session(settings, {*IpAddress::parse("192.0.2.7"), "", "smtp", false});
    (void)session.mail("<bert@plain.example>", {});
    const auto message = wire::parse_message("Received: from x ([198.51.100.7]) by f; now\r\n\r\n");
    const policy::MessageFacts facts{.message = &*message, .scan = wire::ScanVerdict::infected("Eicar")};
    const policy::Decision decision = session.message(facts, {});
    (void)told.record.note({"message", &session, &decision, "4XQ1", {}, &facts, {}});
    ASSERT_EQ(told.events.size(), 1U);
    EXPECT_EQ(told.events[0].details.at("behind_filter"), "198.51.100.7");
    EXPECT_NE(told.lines.at(0).find("behind_filter=198.51.100.7"), std::string::npos) << told.lines[0];
}

TEST(GateRecord, writes_one_line_that_nothing_from_outside_breaks_out_of) {
    Told told;
    const Hit hit("an\"na\nverdict=accept");
    (void)told.record.note(hit.note());
    ASSERT_EQ(told.lines.size(), 1U);
    EXPECT_EQ(told.lines[0].find('\n'), std::string::npos);
    EXPECT_NE(told.lines[0].find("login=\"an'na\\x0averdict=accept\""), std::string::npos) << told.lines[0];
    EXPECT_NE(told.lines[0].find("scan=infected"), std::string::npos);
    EXPECT_NE(told.lines[0].find("m1.virus.found=refuse event=E0TEST"), std::string::npos) << told.lines[0];
}

TEST(GateRecord, makes_no_event_of_what_is_simply_accepted) {
    Told told;
    Hit hit("");
    const policy::Decision fine;
    GateNote note = hit.note();
    note.decision = &fine;
    EXPECT_EQ(told.record.note(note), "");
    EXPECT_TRUE(told.events.empty());
    EXPECT_EQ(told.lines.size(), 1U);
}

}  // namespace
}  // namespace postern::gate
