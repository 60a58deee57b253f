// SPDX-License-Identifier: Apache-2.0
#include "wire/proxy_connect.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace postern::wire {
namespace {

unsigned octet(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

std::string_view socks_refusal(unsigned code) {
    constexpr std::array<std::string_view, 9> words{"",
                                                    "it failed",
                                                    "its rules forbid it",
                                                    "the network cannot be reached",
                                                    "the host cannot be reached",
                                                    "the connection was refused",
                                                    "the connection took too long",
                                                    "it knows no CONNECT",
                                                    "it knows no such address"};
    return code < words.size() ? words[code] : "for a reason of its own";
}

}  // namespace

ProxyConnect::ProxyConnect(Kind kind, const IpAddress& ip, std::uint16_t port) : kind_(kind), ip_(ip), port_(port) {}

std::string ProxyConnect::begin() const {
    if (kind_ == Kind::socks5) return {"\x05\x01\x00", 3};  // version, one method, none needed
    const std::string place =
        ip_.is_v4() ? fmt::format("{}:{}", ip_.to_string(), port_) : fmt::format("[{}]:{}", ip_.to_string(), port_);
    return fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n\r\n", place, place);
}

std::string ProxyConnect::socks_request() const {
    std::string out{'\x05', '\x01', '\x00', ip_.is_v4() ? '\x01' : '\x04'};
    for (const auto one : ip_.octets()) out += static_cast<char>(one);
    out += static_cast<char>(port_ >> 8);
    out += static_cast<char>(port_ & 0xff);
    return out;
}

Result<ProxyConnect::Step> ProxyConnect::take(std::string_view octets) {
    pending_ += octets;
    if (pending_.size() > max_answer) return fail("proxy.malformed", "its answer does not end");
    return kind_ == Kind::socks5 ? take_socks() : take_http();
}

Result<ProxyConnect::Step> ProxyConnect::take_socks() {
    if (!greeted_) {
        if (pending_.size() < 2) return Step{};
        if (octet(pending_, 0) != 5) return fail("proxy.malformed", "it does not speak SOCKS 5");
        if (octet(pending_, 1) != 0) return fail("proxy.refused", "it wants a login");
        pending_.erase(0, 2);
        greeted_ = true;
        return Step{.write = socks_request(), .ahead = {}};
    }
    if (pending_.size() < 5) return Step{};
    if (octet(pending_, 0) != 5) return fail("proxy.malformed", "it does not speak SOCKS 5");
    if (octet(pending_, 1) != 0) return fail("proxy.refused", std::string(socks_refusal(octet(pending_, 1))));
    std::size_t address = 0;
    switch (octet(pending_, 3)) {
    case 1: address = 4; break;
    case 3: address = 1 + octet(pending_, 4); break;
    case 4: address = 16; break;
    default: return fail("proxy.malformed", "it names an address of no known kind");
    }
    const std::size_t whole = 4 + address + 2;
    if (pending_.size() < whole) return Step{};
    return Step{.write = {}, .connected = true, .ahead = pending_.substr(whole)};
}

Result<ProxyConnect::Step> ProxyConnect::take_http() {
    const auto end = pending_.find("\r\n\r\n");
    if (end == std::string::npos) return Step{};
    const std::string line = pending_.substr(0, pending_.find("\r\n"));
    if (!line.starts_with("HTTP/1.") || line.size() < 12)
        return fail("proxy.malformed", fmt::format("\"{}\" is no answer of HTTP", printable(line, 80)));
    if (line.substr(8, 2) != " 2")
        return fail("proxy.refused", fmt::format("it answers {}", printable(line.substr(9), 80)));
    return Step{.write = {}, .connected = true, .ahead = pending_.substr(end + 4)};
}

}  // namespace postern::wire
