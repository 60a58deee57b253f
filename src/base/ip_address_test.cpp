// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(IpAddress, reads_and_writes_both_families) {
    for (const char* text : {"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1"}) {
        const auto address = IpAddress::parse(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->to_string(), text);
    }
    EXPECT_EQ(IpAddress::parse("2001:DB8:0:0:0:0:0:1")->to_string(), "2001:db8::1");
}

TEST(IpAddress, reads_a_mapped_address_as_ipv4) {
    EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
}

TEST(IpAddress, refuses_what_only_resembles_one) {
    for (std::string_view text : {"", "192.0.2", "192.0.2.256", "192.0.02.1", "192.0.2.1 ", "0x7f.1", "fe80::1%eth0",
                                  "[::1]", "1:2:3:4:5:6:7:8:9", "example.com"})
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    EXPECT_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0", 10)));
}

TEST(IpAddress, masks_to_a_prefix) {
    EXPECT_EQ(IpAddress::parse("203.0.113.255")->masked(25).to_string(), "203.0.113.128");
    EXPECT_EQ(IpAddress::parse("203.0.113.255")->masked(0).to_string(), "0.0.0.0");
    EXPECT_EQ(IpAddress::parse("203.0.113.255")->masked(32).to_string(), "203.0.113.255");
    EXPECT_EQ(IpAddress::parse("2001:db8:1:2:3::4")->masked(64).to_string(), "2001:db8:1:2::");
}

TEST(IpAddress, counts_upwards_over_octets) {
    EXPECT_EQ(IpAddress::parse("192.0.2.255")->next().to_string(), "192.0.3.0");
    EXPECT_EQ(IpAddress::parse("2001:db8::ffff")->next().to_string(), "2001:db8::1:0");
}

TEST(IpAddress, is_not_made_of_nothing) { EXPECT_FALSE(IpAddress::parse(std::string_view{})); }

TEST(IpAddress, knows_the_ranges_that_are_not_public) {
    for (const char* text :
         {"10.1.2.3",     "100.64.0.1",  "127.0.0.1", "169.254.1.1",     "172.31.255.255",   "192.168.0.1", "192.0.2.7",
          "198.51.100.7", "203.0.113.7", "224.0.0.1", "255.255.255.255", "0.1.2.3",          "::",          "::1",
          "fe80::1",      "fd00::1",     "ff02::1",   "2001:db8::1",     "2002:c000:201::1", "3fff::1"})
        EXPECT_TRUE(IpAddress::parse(text)->special_use()) << text;
    for (const char* text : {"9.9.9.9", "172.32.0.1", "198.41.0.4", "100.128.0.1", "2a00::1", "2606:4700::1"})
        EXPECT_FALSE(IpAddress::parse(text)->special_use()) << text;
}

}  // namespace
}  // namespace postern
