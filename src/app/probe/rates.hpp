// SPDX-License-Identifier: Apache-2.0
// How often each place may do something in a minute: a count that begins anew with each minute, in bounded memory.
//
// When more places come in one minute than are told apart, the further ones share one count: a flood from everywhere is slowed as one.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace postern::app::probe {

class Rates {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t max_places = 10'000;

    explicit Rates(std::size_t most_a_minute) : most_(most_a_minute) {}

    /// Counts one for `place`; false: it had its share of this minute.
    [[nodiscard]] bool take(const std::string& place, Clock::time_point now) {
        const auto minute = std::chrono::floor<std::chrono::minutes>(now);
        if (minute != minute_) counts_.clear();
        minute_ = minute;
        const bool shared = counts_.size() >= max_places && !counts_.contains(place);
        std::size_t& count = counts_[shared ? std::string() : place];
        if (count >= most_) return false;
        ++count;
        return true;
    }
    /// Whether there is still one, without taking it.
    [[nodiscard]] bool has(const std::string& place, Clock::time_point now) const {
        if (std::chrono::floor<std::chrono::minutes>(now) != minute_) return true;
        const auto found = counts_.find(place);
        return found == counts_.end() || found->second < most_;
    }

private:
    std::size_t most_;
    Clock::time_point minute_{};
    std::map<std::string, std::size_t> counts_;
};

}  // namespace postern::app::probe
