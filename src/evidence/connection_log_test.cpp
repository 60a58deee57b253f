// SPDX-License-Identifier: Apache-2.0
#include "evidence/connection_log.hpp"

#include <gtest/gtest.h>

namespace postern::evidence {
namespace {

TEST(ConnectionLog, reads_the_kernels_rule_log) {
    const auto found =
        read_connection_line("gw kernel: [1.2] trap: IN=lan OUT=wan MAC=00:11:22:33:44:55:aa:bb:cc:dd:ee:ff:08:00 "
                             "SRC=10.0.0.7 DST=198.51.100.9 LEN=60 PROTO=TCP SPT=50123 DPT=25 WINDOW=1");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->source.to_string(), "10.0.0.7");
    EXPECT_EQ(found->destination_port, 25);
    EXPECT_EQ(found->mac, "aa:bb:cc:dd:ee:ff");
    EXPECT_TRUE(found->seen_as(50123));
}

TEST(ConnectionLog, reads_translations) {
    const auto found =
        read_connection_line("gw conntrack: [NEW] tcp 6 120 SYN_SENT src=10.0.0.7 dst=198.51.100.9 sport=50123 "
                             "dport=25 [UNREPLIED] src=198.51.100.9 dst=203.0.113.1 sport=25 dport=61000");
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->seen_as(61000));
    EXPECT_FALSE(found->seen_as(50123));
}

TEST(ConnectionLog, passes_over_what_is_none) {
    for (const char* line :
         {"", "PROTO=TCP", "SRC=10.0.0.7 DST=198.51.100.9 PROTO=UDP SPT=1 DPT=53", " tcp src=x dst=y dport=25"})
        EXPECT_FALSE(read_connection_line(line)) << line;
}

}  // namespace
}  // namespace postern::evidence
