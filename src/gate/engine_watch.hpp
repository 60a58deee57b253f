// SPDX-License-Identifier: Apache-2.0
// Whether an engine (clamd, rspamd) answers, told by its turns: when it falls silent, when that has lasted too long, when it is back.
//
// A single late answer is no alarm: clamd is silent while it loads signatures. What counts is a silence without one good answer in it;
// a wrong answer (garbage, an error of its own) is as good as none. The clock comes in, and nothing is asked here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace postern::gate {

class EngineWatch {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// What has just come to be; each once a silence.
    enum class Turn : std::uint8_t {
        none,
        silent,   ///< the first question without a good answer
        alarmed,  ///< silent for as long as `patience`
        back,     ///< answers again, before the alarm
        cleared   ///< answers again, after the alarm
    };

    explicit EngineWatch(std::chrono::milliseconds patience) : patience_(patience) {}

    Turn answered() {
        if (!silent_since_) return Turn::none;
        const Turn turn = alarmed_ ? Turn::cleared : Turn::back;
        silent_since_.reset();
        alarmed_ = false;
        return turn;
    }
    /// `asked`: when the question began that has no good answer at `now`.
    Turn unanswered(Time asked, Time now) {
        const bool first = !silent_since_;
        if (first) silent_since_ = asked;
        if (!alarmed_ && now - *silent_since_ >= patience_) {
            alarmed_ = true;
            return Turn::alarmed;
        }
        return first ? Turn::silent : Turn::none;
    }
    /// From the next question on.
    void change(std::chrono::milliseconds patience) { patience_ = patience; }

    [[nodiscard]] bool silent() const { return silent_since_.has_value(); }
    [[nodiscard]] bool alarmed() const { return alarmed_; }
    [[nodiscard]] std::optional<Time> silent_since() const { return silent_since_; }

private:
    std::chrono::milliseconds patience_;
    std::optional<Time> silent_since_;  // the beginning of the first question of this silence
    bool alarmed_ = false;
};

}  // namespace postern::gate
