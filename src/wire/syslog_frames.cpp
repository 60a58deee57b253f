// SPDX-License-Identifier: Apache-2.0
#include "wire/syslog_frames.hpp"

#include <algorithm>
#include <charconv>

namespace postern::wire {
namespace {

constexpr std::string_view line_ends("\n\0", 2);

}  // namespace

void SyslogFrames::keep(std::string_view octets) {
    const std::size_t room = max_message - message_.size();
    over_ |= octets.size() > room;
    message_ += octets.substr(0, room);
}

void SyslogFrames::finish(const Take& take) {
    std::string_view whole = message_;
    while (!whole.empty() && (whole.ends_with('\n') || whole.ends_with('\r') || whole.ends_with('\0')))
        whole.remove_suffix(1);
    if (over_) ++cut_;
    if (!whole.empty()) take(whole);
    message_.clear();
    over_ = false;
    state_ = State::between;
}

void SyslogFrames::feed_digit(char c) {
    if (c >= '0' && c <= '9' && message_.size() < max_digits) {
        message_ += c;
    } else if (c == ' ') {
        std::from_chars(message_.data(), message_.data() + message_.size(), left_);
        message_.clear();
        state_ = State::counted;
    } else {
        state_ = State::line;  // the octet is read again, as part of it
    }
}

std::size_t SyslogFrames::feed_counted(std::string_view octets, const Take& take) {
    const std::size_t used = std::min(left_, octets.size());
    keep(octets.substr(0, used));
    left_ -= used;
    if (left_ == 0) finish(take);
    return used;
}

std::size_t SyslogFrames::feed_line(std::string_view octets, const Take& take) {
    const auto end = octets.find_first_of(line_ends);
    keep(octets.substr(0, end));
    if (end == octets.npos) return octets.size();
    finish(take);
    return end + 1;
}

void SyslogFrames::feed(std::string_view octets, const Take& take) {
    while (!octets.empty()) {
        const char first = octets.front();
        switch (state_) {
        case State::between:
            if (line_ends.contains(first) || first == '\r') octets.remove_prefix(1);
            else state_ = first >= '1' && first <= '9' ? State::digits : State::line;
            break;
        case State::digits:
            feed_digit(first);
            if (state_ != State::line) octets.remove_prefix(1);
            break;
        case State::counted: octets.remove_prefix(feed_counted(octets, take)); break;
        case State::line: octets.remove_prefix(feed_line(octets, take)); break;
        }
    }
}

void SyslogFrames::end(const Take& take) {
    if (state_ == State::line || state_ == State::digits) finish(take);
}

}  // namespace postern::wire
