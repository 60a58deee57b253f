// SPDX-License-Identifier: Apache-2.0
// Asking a proxy for a connection: SOCKS 5 without login (RFC 1928), HTTP CONNECT (RFC 9110 9.3.6).
//
// The proxy may be anything that listens there: what it says is bounded, and whatever is no yes is a no with its reason.
#pragma once

#include "base/error.hpp"
#include "base/ip_address.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

class ProxyConnect {
public:
    enum class Kind : std::uint8_t { socks5, http };
    static constexpr std::size_t max_answer = 8 * 1024;  ///< octets of all that a proxy says before the connection

    ProxyConnect(Kind kind, const IpAddress& ip, std::uint16_t port);

    /// What is said first.
    [[nodiscard]] std::string begin() const;
    struct Step {
        std::string write;
        bool connected = false;  ///< what comes now comes from the far side
        std::string ahead;       ///< of it, what has come already
    };
    /// Octets in any cut. Errors: proxy.refused (in words), proxy.malformed.
    [[nodiscard]] Result<Step> take(std::string_view octets);

private:
    [[nodiscard]] Result<Step> take_socks();
    [[nodiscard]] Result<Step> take_http();
    [[nodiscard]] std::string socks_request() const;

    Kind kind_;
    IpAddress ip_;
    std::uint16_t port_;
    std::string pending_;
    bool greeted_ = false;
};

}  // namespace postern::wire
