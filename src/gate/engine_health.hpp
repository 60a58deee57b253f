// SPDX-License-Identifier: Apache-2.0
// What people are told of the engines: a line when one falls silent and when it is back, an incident when it has been silent for too long.
//
// Every question counts, those that messages ask and those of the probe, so a silence is seen with and without mail. Both doors and all
// loops share one of these.
#pragma once

#include "base/instant.hpp"
#include "gate/engine_watch.hpp"
#include "store/event_log.hpp"
#include "store/metrics.hpp"

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace postern::gate {

enum class Engine : std::uint8_t { clamd, rspamd };
[[nodiscard]] std::string_view to_string(Engine engine);

class EngineHealth {
public:
    using Time = EngineWatch::Time;
    static constexpr std::chrono::milliseconds usual_patience = std::chrono::minutes(5);

    struct Hooks {
        std::function<Instant()> now;
        std::function<std::string(store::Event)> note;  ///< any thread; gives the event's id
        std::function<void(std::string_view)> log;      ///< any thread
    };

    EngineHealth(Hooks hooks, store::Metrics& metrics);

    /// A good answer. Any thread, as all below.
    void answered(Engine engine, Time now);
    /// No good answer at `now` to what was asked at `asked`; `why` is raw.
    void unanswered(Engine engine, Time asked, Time now, std::string_view why);
    /// How long an engine may be silent before it is an incident.
    void change(std::chrono::milliseconds patience);
    [[nodiscard]] bool silent(Engine engine) const;
    /// "clamd silent for 312 s (alarm)", or "" when all answer.
    [[nodiscard]] std::string status(Time now) const;

private:
    struct Watched {
        EngineWatch watch{usual_patience};
        store::Series *silent = nullptr, *alarm = nullptr;
    };
    void tell(Engine engine, EngineWatch::Turn turn, std::chrono::seconds silence, std::string_view why);

    Hooks hooks_;
    mutable std::mutex mutex_;
    std::array<Watched, 2> engines_;  // guarded by mutex_
};

}  // namespace postern::gate
