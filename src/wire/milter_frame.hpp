// SPDX-License-Identifier: Apache-2.0
// The milter protocol's frames: four octets of length, one of command, data. Its only text is Sendmail's libmilter (mfdef.h), version 6.
//
// A milter's port is reached by everything that scans ports. Seen there: HTTP, whose "GET " reads as a length of 1.1 GB, TLS and RDP
// hellos, bare health checks. So a length is judged before a buffer grows, and the first octets of a connection before their length:
// who speaks another protocol is told apart from an MTA that is broken.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

struct MilterFrame {
    char command = 0;       ///< 'M', 'R', ...: milter_command.hpp
    std::string_view data;  ///< borrowed until the reader's next call, or until the octets given to it go
};

class MilterFrameReader {
public:
    /// With the octet of the command. MTAs send bodies in 65,535 octets; one that negotiated more, in 1 MiB.
    static constexpr std::size_t max_frame = 1024 * 1024 + 64 * 1024;

    /// Takes the next frame off the front of `octets`; nothing when it is not whole yet: then all octets are taken, and the next call
    /// goes on with more. No copy is made of a frame that came in one piece.
    /// Errors: milter.frame.other_protocol (names it), milter.frame.too_long, milter.frame.empty. The connection is of no use then.
    [[nodiscard]] Result<std::optional<MilterFrame>> next(std::string_view& octets);
    /// Keeps a copy of octets that are not looked at yet; they come before those of the next call.
    void keep(std::string_view& octets);
    /// Octets held for a frame that is not whole.
    [[nodiscard]] std::size_t held() const { return held_.size() - done_; }

private:
    [[nodiscard]] Result<std::optional<MilterFrame>> whole(std::string_view octets, std::size_t& used);

    std::string held_;      // the begin of a frame, from earlier calls
    std::size_t done_ = 0;  // octets of held_ that were given out by the last call
    bool begun_ = false;    // a frame was seen: what follows is the protocol
};

/// What else speaks like this at a port, for a log line: "HTTP", "TLS", "RDP", "SSH", "SMTP", "the PROXY protocol"; nothing when it may be a milter's frame.
[[nodiscard]] std::optional<std::string_view> other_protocol(std::string_view first_octets);

}  // namespace postern::wire
