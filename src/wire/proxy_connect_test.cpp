// SPDX-License-Identifier: Apache-2.0
#include "wire/proxy_connect.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using Kind = ProxyConnect::Kind;
using namespace std::string_literals;

struct Row {
    const char* name;
    Kind kind;
    std::string answer;
    std::string outcome;  ///< "connected:AHEAD", "waiting", or the error's code
};

std::string play(Kind kind, std::string_view answer, std::size_t cut) {
    ProxyConnect connect(kind, *IpAddress::parse("198.51.100.62"), 25);
    for (std::size_t at = 0; at < answer.size(); at += cut) {
        const auto step = connect.take(answer.substr(at, cut));
        if (!step) return std::string(step.error().code);
        if (step->connected)
            return "connected:" + step->ahead + std::string(answer.substr(std::min(answer.size(), at + cut)));
        if (!step->write.empty()) EXPECT_EQ(step->write, "\x05\x01\x00\x01\xc6\x33\x64\x3e\x00\x19"s);
    }
    return "waiting";
}

class Proxies : public testing::TestWithParam<Row> {};

TEST_P(Proxies, say_yes_or_no_however_it_is_cut) {
    for (std::size_t cut = 1; cut <= GetParam().answer.size() + 1; ++cut)
        // SOCKS is a dialogue: its second answer never comes with its first.
        if (GetParam().kind == Kind::http || cut <= 2)
            EXPECT_EQ(play(GetParam().kind, GetParam().answer, cut), GetParam().outcome) << cut;
}

INSTANTIATE_TEST_SUITE_P(
    all, Proxies,
    testing::Values(
        Row{"socks_connects", Kind::socks5,
            "\x05\x00\x05\x00\x00\x01\x01\x02\x03\x04\x00\x19"
            "220 x"s,
            "connected:220 x"},
        Row{"socks_connects_by_name", Kind::socks5, "\x05\x00\x05\x00\x00\x03\x02xy\x00\x19"s, "connected:"},
        Row{"socks_connects_by_ipv6", Kind::socks5, "\x05\x00\x05\x00\x00\x04"s + std::string(18, 'a'), "connected:"},
        Row{"socks_refuses", Kind::socks5, "\x05\x00\x05\x02\x00\x01\x00"s, "proxy.refused"},
        Row{"socks_wants_a_login", Kind::socks5, "\x05\xff"s, "proxy.refused"},
        Row{"socks_is_none", Kind::socks5, "HTTP/1.1 400"s, "proxy.malformed"},
        Row{"socks_address_of_no_kind", Kind::socks5, "\x05\x00\x05\x00\x00\x09\x00"s, "proxy.malformed"},
        Row{"socks_waits", Kind::socks5, "\x05\x00\x05\x00\x00\x01\x01\x02\x03\x04\x00"s, "waiting"},
        Row{"http_connects", Kind::http, "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n220 x",
            "connected:220 x"},
        Row{"http_refuses", Kind::http, "HTTP/1.0 403 Forbidden\r\n\r\n", "proxy.refused"},
        Row{"http_is_none", Kind::http, "220 mail.example.com\r\n\r\n", "proxy.malformed"},
        Row{"http_waits", Kind::http, "HTTP/1.1 200 x\r\n", "waiting"}),
    [](const auto& info) { return info.param.name; });

TEST(Proxies, are_asked_for_an_address) {
    EXPECT_EQ(ProxyConnect(Kind::http, *IpAddress::parse("2001:db8::1"), 25).begin(),
              "CONNECT [2001:db8::1]:25 HTTP/1.1\r\nHost: [2001:db8::1]:25\r\n\r\n");
    EXPECT_EQ(ProxyConnect(Kind::socks5, *IpAddress::parse("192.0.2.1"), 25).begin(), "\x05\x01\x00"s);
}

TEST(Proxies, may_say_so_much_and_no_more) {
    ProxyConnect connect(Kind::http, *IpAddress::parse("192.0.2.1"), 25);
    EXPECT_TRUE(connect.take(std::string(ProxyConnect::max_answer, 'a')));
    EXPECT_EQ(connect.take("a").error().code, "proxy.malformed");
}

}  // namespace
}  // namespace postern::wire
