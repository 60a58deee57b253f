// SPDX-License-Identifier: Apache-2.0
#include "wire/milter_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::wire {
namespace {

constexpr std::size_t length_octets = 4;

struct Opening {
    std::string_view octets;
    std::string_view protocol;
};

constexpr std::array openings{
    Opening{"GET ", "HTTP"},
    Opening{"POST", "HTTP"},
    Opening{"HEAD", "HTTP"},
    Opening{"OPTI", "HTTP"},
    Opening{"CONN", "HTTP"},
    Opening{"PRI ", "HTTP"},
    Opening{"PUT ", "HTTP"},
    Opening{"\x16\x03", "TLS"},
    Opening{std::string_view("\x03\x00\x00", 3), "RDP"},
    Opening{"SSH-", "SSH"},
    Opening{"EHLO", "SMTP"},
    Opening{"HELO", "SMTP"},
    Opening{"QUIT", "SMTP"},
    Opening{"PROX", "the PROXY protocol"},
    Opening{"\r\n\r\n", "the PROXY protocol"},
};

std::uint32_t length_of(std::string_view octets) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length_octets; ++i) value = value << 8 | static_cast<unsigned char>(octets[i]);
    return value;
}

}  // namespace

std::optional<std::string_view> other_protocol(std::string_view first_octets) {
    for (const Opening& opening : openings)
        if (first_octets.starts_with(opening.octets)) return opening.protocol;
    return std::nullopt;
}

Result<std::optional<MilterFrame>> MilterFrameReader::whole(std::string_view octets, std::size_t& used) {
    if (octets.size() < length_octets) return std::nullopt;
    const std::uint32_t length = length_of(octets);
    if (!begun_)
        if (const auto other = other_protocol(octets))
            return fail("milter.frame.other_protocol",
                        fmt::format("{} is spoken here, not the milter protocol", *other));
    if (length == 0) return fail("milter.frame.empty", "a frame without a command");
    if (length > max_frame)
        return fail("milter.frame.too_long", fmt::format("a frame of {} octets, more than {}", length, max_frame));
    begun_ = true;
    if (octets.size() - length_octets < length) return std::nullopt;
    used = length_octets + length;
    return MilterFrame{octets[length_octets], octets.substr(length_octets + 1, length - 1)};
}

Result<std::optional<MilterFrame>> MilterFrameReader::next(std::string_view& octets) {
    held_.erase(0, done_);
    done_ = 0;
    std::size_t used = 0;
    if (held_.empty()) {
        auto frame = whole(octets, used);
        if (!frame) return frame;
        if (*frame) octets.remove_prefix(used);
        else keep(octets);
        return frame;
    }
    // No more is taken than belongs to the frame: what follows it is then read in place again.
    if (held_.size() < length_octets) {
        const std::size_t more = std::min(length_octets - held_.size(), octets.size());
        held_ += octets.substr(0, more);
        octets.remove_prefix(more);
    }
    auto frame = whole(held_, used);
    if (!frame) return frame;
    if (!*frame && held_.size() >= length_octets) {
        const std::size_t more = std::min(length_octets + length_of(held_) - held_.size(), octets.size());
        held_ += octets.substr(0, more);
        octets.remove_prefix(more);
        frame = whole(held_, used);
    }
    if (frame && *frame) done_ = used;
    return frame;
}

void MilterFrameReader::keep(std::string_view& octets) {
    held_ += octets;
    octets = {};
}

}  // namespace postern::wire
