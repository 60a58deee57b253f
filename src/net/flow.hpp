// SPDX-License-Identifier: Apache-2.0
// How many questions may be under way to one server, and how long to wait for one: additive increase, multiplicative decrease,
// and the round-trip estimate of RFC 6298 (samples of first tries only, Karn's rule).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace postern::net {

class Flow {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::size_t first_window = 64;
    static constexpr std::size_t least_window = 8;
    static constexpr std::size_t last_window = 2'048;
    static constexpr Clock::duration first_patience = std::chrono::milliseconds(800);
    static constexpr Clock::duration least_patience = std::chrono::milliseconds(300);
    static constexpr Clock::duration most_patience = std::chrono::seconds(1);

    [[nodiscard]] std::size_t window() const { return window_; }
    /// Until a question is sent again for the first time.
    [[nodiscard]] Clock::duration patience() const {
        return smoothed_ == Clock::duration::zero()
                   ? first_patience
                   : std::clamp(smoothed_ + 4 * deviation_, least_patience, most_patience);
    }

    /// An answer came; `sample` if its question was sent once only.
    void answered(Clock::duration rtt, bool sample) {
        if (sample) measure(rtt);
        if (window_ < last_window && (lossless_ || ++answers_ >= window_)) {
            ++window_;
            answers_ = 0;
        }
    }
    /// A question had to be sent again. Losses within one round trip are one event.
    void lost(Clock::time_point now) {
        lossless_ = false;
        if (now - last_halving_ < patience()) return;
        last_halving_ = now;
        window_ = std::max(least_window, window_ / 2);
    }

private:
    void measure(Clock::duration rtt) {
        if (smoothed_ == Clock::duration::zero()) {
            smoothed_ = rtt;
            deviation_ = rtt / 2;
            return;
        }
        deviation_ += (std::chrono::abs(rtt - smoothed_) - deviation_) / 4;
        smoothed_ += (rtt - smoothed_) / 8;
    }

    std::size_t window_ = first_window;
    std::size_t answers_ = 0;
    bool lossless_ = true;
    Clock::time_point last_halving_{};
    Clock::duration smoothed_{}, deviation_{};
};

}  // namespace postern::net
