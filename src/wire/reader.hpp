// SPDX-License-Identifier: Apache-2.0
// A place in octets from outside, read in network order. Every take checks what is left; nothing is read past the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::wire {

/// Borrows the octets for its own life, which is that of a call.
class Reader {
public:
    explicit Reader(std::string_view octets) : octets_(octets), end_(octets.size()) {}

    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] std::size_t left() const { return end_ - at_; }
    [[nodiscard]] bool at_end() const { return at_ == end_; }

    /// Moves anywhere in front of the end of all octets, also outside a window (names point there); beyond it: the next take fails.
    void seek(std::size_t position) {
        at_ = position;
        end_ = octets_.size();
    }

    [[nodiscard]] std::optional<std::string_view> take(std::size_t count) {
        if (at_ > end_ || count > end_ - at_) return std::nullopt;
        const auto taken = octets_.substr(at_, count);
        at_ += count;
        return taken;
    }
    [[nodiscard]] std::optional<std::uint8_t> take8() { return number<std::uint8_t>(); }
    [[nodiscard]] std::optional<std::uint16_t> take16() { return number<std::uint16_t>(); }
    [[nodiscard]] std::optional<std::uint32_t> take32() { return number<std::uint32_t>(); }

    /// A reader of the next `count` octets, which this one skips.
    [[nodiscard]] std::optional<Reader> window(std::size_t count) {
        Reader inner = *this;
        if (!take(count)) return std::nullopt;
        inner.end_ = at_;
        return inner;
    }

private:
    template <class Number>
    [[nodiscard]] std::optional<Number> number() {
        const auto octets = take(sizeof(Number));
        if (!octets) return std::nullopt;
        std::uint32_t value = 0;
        for (const char octet : *octets) value = (value << 8) | static_cast<std::uint8_t>(octet);
        return static_cast<Number>(value);
    }

    std::string_view octets_;
    std::size_t at_ = 0;
    std::size_t end_;
};

}  // namespace postern::wire
