// SPDX-License-Identifier: Apache-2.0
// Messages of syslog out of the octets of a TCP connection (RFC 6587), without a socket.
//
// Two forms are in use, and no word tells which: octet counting ("52 <134>1 2026-...", 3.4.1) and a newline behind each message
// (3.4.2; some send a NUL). They are told apart at each message: digits followed by a space are a count, everything else is a line.
// What is longer than the limit is cut and the rest passed over; there is no octet after which reading cannot go on.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace postern::wire {

class SyslogFrames {
public:
    static constexpr std::size_t max_message = 8'192;  ///< octets kept of one (RFC 5425 4.3.1 wants 2,048 at least)
    static constexpr std::size_t max_digits = 5;       ///< of a count; more digits begin a line

    using Take = std::function<void(std::string_view message)>;

    /// Octets in any cut. `take` is called for each whole message, without its newline.
    void feed(std::string_view octets, const Take& take);
    /// The connection is over: a line without a newline is a message too, a counted one that is cut is none.
    void end(const Take& take);
    /// Messages of which something was cut off.
    [[nodiscard]] std::uint64_t cut() const { return cut_; }

private:
    enum class State : std::uint8_t { between, digits, counted, line };

    [[nodiscard]] std::size_t feed_counted(std::string_view octets, const Take& take);
    [[nodiscard]] std::size_t feed_line(std::string_view octets, const Take& take);
    void feed_digit(char c);
    void keep(std::string_view octets);
    void finish(const Take& take);

    State state_ = State::between;
    std::string message_;   // what is kept of the present one, within max_message
    std::size_t left_ = 0;  // of a counted one
    bool over_ = false;     // the present one is longer than what is kept
    std::uint64_t cut_ = 0;
};

}  // namespace postern::wire
