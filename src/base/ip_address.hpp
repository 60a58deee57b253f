// SPDX-License-Identifier: Apache-2.0
// An IPv4 or IPv6 address, and what kind of address it is.
//
// An IPv4-mapped IPv6 address (::ffff:192.0.2.1) is read as the IPv4 address it stands for: the two never differ in policy, and
// every place that forgot it became a way around a rule.
#pragma once

#include "base/error.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern {

class IpAddress {
public:
    /// 0.0.0.0
    IpAddress() = default;

    /// "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1". No zone (%eth0), no brackets, no leading zeros in IPv4.
    /// Errors: ip.malformed.
    [[nodiscard]] static Result<IpAddress> parse(std::string_view text);
    [[nodiscard]] static IpAddress from_v4(std::array<std::uint8_t, 4> octets);
    /// Octets as they are: a mapped address stays IPv6 only if `keep_mapped` (RFC 5782 test points are such).
    [[nodiscard]] static IpAddress from_v6(std::array<std::uint8_t, 16> octets, bool keep_mapped = false);

    [[nodiscard]] bool is_v4() const { return v4_; }
    [[nodiscard]] bool is_v6() const { return !v4_; }
    [[nodiscard]] int bits() const { return v4_ ? 32 : 128; }
    /// 4 or 16 octets in network order; borrowed from this object.
    [[nodiscard]] std::span<const std::uint8_t> octets() const { return {octets_.data(), v4_ ? 4U : 16U}; }

    /// "192.0.2.1"; IPv6 in the form of RFC 5952.
    [[nodiscard]] std::string to_string() const;

    /// The address with all bits behind the first `prefix` cleared; 0 <= prefix <= bits().
    [[nodiscard]] IpAddress masked(int prefix) const;
    /// The address behind this one; the last wraps to the first.
    [[nodiscard]] IpAddress next() const;

    /// Why this address is not one of the public internet, as a noun phrase ("a private address (RFC 1918)"); nothing if it is.
    /// Source: the IANA special-purpose registries (RFC 6890).
    [[nodiscard]] std::optional<std::string_view> special_use() const;

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

private:
    bool v4_ = true;
    std::array<std::uint8_t, 16> octets_{};
};

}  // namespace postern
