// SPDX-License-Identifier: Apache-2.0
#include "gate/engine_health.hpp"

#include <gtest/gtest.h>

namespace postern::gate {
namespace {

using namespace std::chrono_literals;

constexpr EngineHealth::Time start{1h};

struct Told {
    std::vector<store::Event> events;
    std::vector<std::string> lines;
    store::Metrics metrics;
    EngineHealth health{{[] { return Instant{}; },
                         [this](store::Event event) {
                             events.push_back(std::move(event));
                             return std::string("E0TEST");
                         },
                         [this](std::string_view line) { lines.emplace_back(line); }},
                        metrics};

    [[nodiscard]] bool shows(std::string_view line) const {
        return metrics.to_prometheus().find(line) != std::string::npos;
    }
};

TEST(EngineHealth, tells_a_short_silence_in_the_log_only) {
    Told told;
    told.health.unanswered(Engine::clamd, start, start + 10s, "nobody listens");
    EXPECT_TRUE(told.shows("postern_gate_engine_silent{engine=\"clamd\"} 1"));
    EXPECT_TRUE(told.shows("postern_gate_engine_alarm{engine=\"clamd\"} 0"));
    told.health.answered(Engine::clamd, start + 12s);
    EXPECT_EQ(told.lines, (std::vector<std::string>{"gate: clamd gives no good answer: nobody listens",
                                                    "gate: clamd answers again after 12 s"}));
    EXPECT_TRUE(told.events.empty());
}

TEST(EngineHealth, makes_one_incident_of_a_long_silence_and_one_notice_of_its_end) {
    Told told;
    for (const auto later : {90s, 180s, 300s, 390s})
        told.health.unanswered(Engine::clamd, start + later - 90s, start + later, "no answer in time");
    ASSERT_EQ(told.events.size(), 1U);
    EXPECT_EQ(told.events[0].kind, "engine.silent");
    EXPECT_EQ(told.events[0].severity, "incident");
    EXPECT_EQ(told.events[0].measure, "M1");
    EXPECT_EQ(told.events[0].rule, "m1.engine.silent");
    EXPECT_TRUE(told.shows("postern_gate_engine_alarm{engine=\"clamd\"} 1"));
    EXPECT_EQ(told.health.status(start + 400s), "clamd silent for 400 s (alarm)");
    told.health.answered(Engine::clamd, start + 420s);
    told.health.answered(Engine::clamd, start + 430s);
    ASSERT_EQ(told.events.size(), 2U);
    EXPECT_EQ(told.events[1].kind, "engine.back");
    EXPECT_EQ(told.events[1].severity, "notice");
    EXPECT_TRUE(told.shows("postern_gate_engine_alarm{engine=\"clamd\"} 0"));
    EXPECT_EQ(told.health.status(start + 440s), "");
}

TEST(EngineHealth, keeps_the_engines_apart) {
    Told told;
    told.health.unanswered(Engine::rspamd, start, start + 400s, "closed");
    told.health.answered(Engine::clamd, start + 400s);
    EXPECT_TRUE(told.health.silent(Engine::rspamd));
    EXPECT_FALSE(told.health.silent(Engine::clamd));
    ASSERT_EQ(told.events.size(), 1U);
    EXPECT_EQ(told.events[0].rule, "m3.engine.silent");
}

TEST(EngineHealth, escapes_what_an_engine_said) {
    Told told;
    told.health.unanswered(Engine::clamd, start, start + 1s, "x\nforged: line\x1b[2J");
    ASSERT_EQ(told.lines.size(), 1U);
    EXPECT_EQ(told.lines[0].find('\n'), std::string::npos);
    EXPECT_EQ(told.lines[0].find('\x1b'), std::string::npos);
}

TEST(EngineHealth, goes_by_the_changed_patience) {
    Told told;
    told.health.change(10s);
    told.health.unanswered(Engine::clamd, start, start + 10s, "closed");
    EXPECT_EQ(told.events.size(), 1U);
}

}  // namespace
}  // namespace postern::gate
