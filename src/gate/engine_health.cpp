// SPDX-License-Identifier: Apache-2.0
#include "gate/engine_health.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace postern::gate {
namespace {

using Turn = EngineWatch::Turn;

constexpr std::array both{Engine::clamd, Engine::rspamd};

std::string_view measure_of(Engine engine) { return engine == Engine::clamd ? "M1" : "M3"; }

std::string_view rule_of(Engine engine) { return engine == Engine::clamd ? "m1.engine.silent" : "m3.engine.silent"; }

store::Event event_of(Engine engine, Instant now, bool alarm, std::string sentence) {
    store::Event event;
    event.at = now;
    event.kind = alarm ? "engine.silent" : "engine.back";
    event.measure = measure_of(engine);
    event.severity = alarm ? "incident" : "notice";
    event.rule = rule_of(engine);
    event.sentence = std::move(sentence);
    event.details["engine"] = to_string(engine);
    return event;
}

}  // namespace

std::string_view to_string(Engine engine) { return engine == Engine::clamd ? "clamd" : "rspamd"; }

EngineHealth::EngineHealth(Hooks hooks, store::Metrics& metrics) : hooks_(std::move(hooks)) {
    for (const Engine engine : both) {
        const store::Metrics::Labels labels{{"engine", std::string(to_string(engine))}};
        Watched& one = engines_[static_cast<std::size_t>(engine)];
        one.silent = &metrics.gauge("postern_gate_engine_silent", "1 while an engine gives no good answer", labels);
        one.alarm = &metrics.gauge("postern_gate_engine_alarm",
                                   "1 while an engine has been silent for longer than [gate] engine_alarm", labels);
    }
}

void EngineHealth::answered(Engine engine, Time now) {
    Turn turn = Turn::none;
    std::chrono::seconds silence{};
    {
        const std::lock_guard lock(mutex_);
        Watched& one = engines_[static_cast<std::size_t>(engine)];
        if (const auto since = one.watch.silent_since())
            silence = std::chrono::duration_cast<std::chrono::seconds>(now - *since);
        turn = one.watch.answered();
        one.silent->set(0);
        one.alarm->set(0);
    }
    tell(engine, turn, silence, {});
}

void EngineHealth::unanswered(Engine engine, Time asked, Time now, std::string_view why) {
    Turn turn = Turn::none;
    std::chrono::seconds silence{};
    {
        const std::lock_guard lock(mutex_);
        Watched& one = engines_[static_cast<std::size_t>(engine)];
        turn = one.watch.unanswered(asked, now);
        silence = std::chrono::duration_cast<std::chrono::seconds>(now - *one.watch.silent_since());
        one.silent->set(1);
        one.alarm->set(one.watch.alarmed() ? 1 : 0);
    }
    tell(engine, turn, silence, why);
}

void EngineHealth::change(std::chrono::milliseconds patience) {
    const std::lock_guard lock(mutex_);
    for (Watched& one : engines_) one.watch.change(patience);
}

bool EngineHealth::silent(Engine engine) const {
    const std::lock_guard lock(mutex_);
    return engines_[static_cast<std::size_t>(engine)].watch.silent();
}

std::string EngineHealth::status(Time now) const {
    const std::lock_guard lock(mutex_);
    std::string out;
    for (const Engine engine : both) {
        const EngineWatch& watch = engines_[static_cast<std::size_t>(engine)].watch;
        if (!watch.silent()) continue;
        const auto silence = std::chrono::duration_cast<std::chrono::seconds>(now - *watch.silent_since());
        out += fmt::format("{}{} silent for {} s{}", out.empty() ? "" : ", ", to_string(engine), silence.count(),
                           watch.alarmed() ? " (alarm)" : "");
    }
    return out;
}

void EngineHealth::tell(Engine engine, Turn turn, std::chrono::seconds silence, std::string_view why) {
    const std::string_view name = to_string(engine);
    const std::string reason = printable(why, 300);
    switch (turn) {
    case Turn::none: return;
    case Turn::silent: return hooks_.log(fmt::format("gate: {} gives no good answer: {}", name, reason));
    case Turn::back: return hooks_.log(fmt::format("gate: {} answers again after {} s", name, silence.count()));
    case Turn::alarmed: {
        std::string sentence = fmt::format(
            "{} has given no good answer for {} s: {}. Mail waits at its senders where {} is enforced, and passes "
            "unseen by it where it is only observed. Start {} again.",
            name, silence.count(), reason, measure_of(engine), name);
        const std::string id = hooks_.note(event_of(engine, hooks_.now(), true, sentence));
        return hooks_.log(fmt::format("gate: alarm: {} (event={})", sentence, id));
    }
    case Turn::cleared: {
        std::string sentence = fmt::format("{} answers again after {} s of silence.", name, silence.count());
        const std::string id = hooks_.note(event_of(engine, hooks_.now(), false, sentence));
        return hooks_.log(fmt::format("gate: alarm over: {} (event={})", sentence, id));
    }
    }
}

}  // namespace postern::gate
