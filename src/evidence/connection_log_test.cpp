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

TEST(ConnectionLog, tells_the_user_where_the_log_is_the_machines_own) {
    const std::string line =
        "mail kernel: postern: IN= OUT=eth0 SRC=10.0.3.25 DST=198.51.100.9 LEN=60 PROTO=TCP SPT=50123 DPT=25 SYN ";
    EXPECT_EQ(read_connection_line(line + "UID=33 GID=33")->uid, "33");
    EXPECT_EQ(read_connection_line(line + "UID=www\x1b GID=33")->uid, "");
    EXPECT_EQ(read_connection_line(line)->uid, "");
}

struct Line {
    const char* name;
    std::string_view line;
    std::string_view source = "10.0.0.7", destination = "198.51.100.9", mac = "";
    bool allowed = false;
};
class RouterLog : public testing::TestWithParam<Line> {};

TEST_P(RouterLog, names_who_tried_whom) {
    const Line& row = GetParam();
    const auto found = read_connection_line(row.line);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->source.to_string(), row.source);
    EXPECT_EQ(found->destination.to_string(), row.destination);
    EXPECT_EQ(found->source_port, 50123);
    EXPECT_EQ(found->destination_port, 25);
    EXPECT_EQ(found->mac, row.mac);
    EXPECT_EQ(found->allowed, row.allowed);
    for (std::size_t cut = 0; cut < row.line.size(); ++cut) (void)read_connection_line(row.line.substr(0, cut));
}

INSTANTIATE_TEST_SUITE_P(
    ConnectionLog, RouterLog,
    testing::Values(
        Line{"nft_six",
             "gw kernel: trap: IN=lan OUT=wan MAC=00:11:22:33:44:55:AA:BB:CC:DD:EE:FF:86:dd "
             "SRC=2001:0db8:0005:0000:0000:0000:0000:0007 DST=2001:db8:a::9 LEN=80 PROTO=TCP SPT=50123 DPT=25 WINDOW=1",
             "2001:db8:5::7", "2001:db8:a::9", "aa:bb:cc:dd:ee:ff"},
        Line{"opnsense",
             "filterlog[4711]: 71,,,02f4bab031b57d1e30553ce08e0ec131,igb1,match,block,in,4,0x0,,64,12345,0,DF,6,tcp,60,"
             "10.0.0.7,198.51.100.9,50123,25,0,S,1,,64240,,mss"},
        Line{"opnsense_structured",
             "<134>1 2026-11-25T12:00:00+01:00 gw.example filterlog 4711 - [meta sequenceId=\"1\"] "
             "71,,,02f4,igb1,match,pass,in,4,0x0,,64,12345,0,DF,6,tcp,60,10.0.0.7,198.51.100.9,50123,25,0,S,1,,64240,,",
             "10.0.0.7", "198.51.100.9", "", true},
        Line{"opnsense_six",
             "filterlog[4711]: 71,,,02f4,igb1,match,block,in,6,0x00,0x00000,64,tcp,6,40,2001:db8:5::7,2001:db8:a::9,"
             "50123,25,0,S,1,,64240,,",
             "2001:db8:5::7", "2001:db8:a::9"},
        Line{"mikrotik",
             "firewall,info trap forward: in:bridge out:ether1, connection-state:new src-mac 52:54:00:12:34:56, "
             "proto TCP (SYN), 10.0.0.7:50123->198.51.100.9:25, len 60",
             "10.0.0.7", "198.51.100.9", "52:54:00:12:34:56"},
        Line{"mikrotik_six",
             "trap forward: in:bridge out:ether1, src-mac 52:54:00:12:34:56, proto TCP (SYN), "
             "[2001:db8:5::7]:50123->[2001:db8:a::9]:25, len 80",
             "2001:db8:5::7", "2001:db8:a::9", "52:54:00:12:34:56"},
        Line{"asa_group",
             "%ASA-4-106023: Deny tcp src inside:10.0.0.7/50123(LOCAL\\anna) dst outside:198.51.100.9/25 by "
             "access-group \"out\" [0x0, 0x0]"},
        Line{"asa_list",
             "%ASA-6-106100: access-list out denied tcp inside/10.0.0.7(50123) -> outside/198.51.100.9(25) hit-cnt 1"},
        Line{
            "asa_permitted",
            "%ASA-6-106100: access-list out permitted tcp inside/10.0.0.7(50123) -> outside/198.51.100.9(25) hit-cnt 1",
            "10.0.0.7", "198.51.100.9", "", true},
        Line{"asa_flags",
             "%ASA-2-106001: Inbound TCP connection denied from 10.0.0.7/50123 to 198.51.100.9/25 flags SYN on "
             "interface inside"},
        Line{"asa_six",
             "%ASA-4-106023: Deny tcp src inside:2001:db8:5::7/50123 dst outside:2001:db8:a::9/25 by access-group "
             "\"out\"",
             "2001:db8:5::7", "2001:db8:a::9"},
        Line{"ios", "%SEC-6-IPACCESSLOGP: list out denied tcp 10.0.0.7(50123) -> 198.51.100.9(25), 1 packet"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ConnectionLog, passes_over_what_is_none) {
    for (const char* line :
         {"", "PROTO=TCP", "SRC=10.0.0.7 DST=198.51.100.9 PROTO=UDP SPT=1 DPT=53", " tcp src=x dst=y dport=25",
          "filterlog[1]: 71,,,02,igb1,match,block,in,4,0x0,,64,1,0,DF,17,udp,60,10.0.0.7,198.51.100.9,50123,25",
          "filterlog", "proto TCP (SYN), x->y", "%ASA-4-106023: Deny tcp src inside:10.0.0.7 dst",
          "%ASA-6-302013: Built outbound TCP connection"})
        EXPECT_FALSE(read_connection_line(line)) << line;
}

}  // namespace
}  // namespace postern::evidence
