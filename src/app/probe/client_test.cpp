// SPDX-License-Identifier: Apache-2.0
#include "app/probe/client.hpp"

#include <gtest/gtest.h>

namespace postern::app::probe {
namespace {

const std::string pin(net::tls_pin_digits, 'a');

TEST(Vantage, is_read_with_name_host_port_secret_and_pin) {
    const auto read = parse_vantage("out=https://probe.example.net:9443/#s3cret." + pin);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->name, "out");
    EXPECT_EQ(read->host, "probe.example.net");
    EXPECT_EQ(read->port, 9443);
    EXPECT_EQ(read->secret, "s3cret");
    EXPECT_EQ(read->pin, pin);
}

TEST(Vantage, may_leave_out_port_pin_and_slash_and_name_an_address) {
    const auto read = parse_vantage("a=https://198.51.100.62#x");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->port, 8443);
    EXPECT_EQ(read->pin, "");
    const auto v6 = parse_vantage("a=https://[2001:db8::62]:1/#x");
    ASSERT_TRUE(v6) << v6.error().message;
    EXPECT_EQ(v6->host, "2001:db8::62");
    EXPECT_EQ(v6->port, 1);
    EXPECT_EQ(parse_vantage("a=https://[2001:db8::62]/#x")->host, "2001:db8::62");
}

struct Wrong {
    const char* name;
    std::string text;
    const char* says;
};

class WrongVantage : public testing::TestWithParam<Wrong> {};

TEST_P(WrongVantage, is_refused_with_what_is_wrong_and_without_its_token) {
    const auto read = parse_vantage(GetParam().text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, "usage");
    EXPECT_TRUE(read.error().message.contains(GetParam().says)) << read.error().message;
    EXPECT_FALSE(read.error().message.contains("s3cret"));
}

INSTANTIATE_TEST_SUITE_P(
    , WrongVantage,
    testing::Values(Wrong{"no_name", "https://probe.example.net/#s3cret", "no name"},
                    Wrong{"odd_name", "a b=https://probe.example.net/#s3cret", "no name"},
                    Wrong{"in_clear", "a=http://probe.example.net/#s3cret", "https"},
                    Wrong{"no_token", "a=https://probe.example.net/", "no token"},
                    Wrong{"empty_token", "a=https://probe.example.net/#", "token"},
                    Wrong{"odd_token", "a=https://probe.example.net/#s3cret/x", "token"},
                    Wrong{"short_pin", "a=https://probe.example.net/#s3cret." + pin.substr(1), "pin"},
                    Wrong{"pin_in_capitals", "a=https://probe.example.net/#s3cret." + pin.substr(1) + "A", "pin"},
                    Wrong{"port_0", "a=https://probe.example.net:0/#s3cret", "port"},
                    Wrong{"port_too_high", "a=https://probe.example.net:65536/#s3cret", "port"},
                    Wrong{"port_with_more", "a=https://probe.example.net:1x/#s3cret", "port"},
                    Wrong{"no_host", "a=https:///#s3cret", "host"},
                    Wrong{"host_with_path", "a=https://probe.example.net/x/#s3cret", "host"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace postern::app::probe
