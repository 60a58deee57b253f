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
