// SPDX-License-Identifier: Apache-2.0
#include "base/network.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace postern {
namespace {

TEST(Network, reads_and_writes_cidr) {
    for (const char* text : {"192.0.2.0/28", "0.0.0.0/0", "203.0.113.7/32", "2001:db8::/64", "::/0"})
        EXPECT_EQ(Network::parse(text)->to_string(), text);
}

TEST(Network, with_host_bits_set_is_refused_with_the_network_meant) {
    const auto network = Network::parse("203.0.113.7/24");
    ASSERT_FALSE(network);
    EXPECT_EQ(network.error().code, "network.host_bits");
    EXPECT_EQ(network.error().message, "host bits are set; the network is 203.0.113.0/24");
}

TEST(Network, malformed_is_refused) {
    for (const char* text :
         {"", "/", "192.0.2.0", "192.0.2.0/", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/-1", "192.0.2.0/8x"})
        EXPECT_EQ(Network::parse(text).error().code, "network.malformed") << text;
}

TEST(Network, knows_its_size) {
    EXPECT_EQ(Network::parse("192.0.2.0/24")->size(), 256U);
    EXPECT_EQ(Network::parse("192.0.2.1/32")->size(), 1U);
    EXPECT_EQ(Network::parse("2001:db8::/120")->size(), 256U);
    EXPECT_EQ(Network::parse("2001:db8::/32")->size(), std::numeric_limits<std::uint64_t>::max());
}

TEST(Network, contains_its_own_family_only) {
    const auto network = *Network::parse("0.0.0.0/0");
    EXPECT_TRUE(network.contains(*IpAddress::parse("192.0.2.1")));
    EXPECT_FALSE(network.contains(*IpAddress::parse("2001:db8::1")));
}

}  // namespace
}  // namespace postern
