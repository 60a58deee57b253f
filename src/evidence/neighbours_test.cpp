// SPDX-License-Identifier: Apache-2.0
#include "evidence/neighbours.hpp"

#include "evidence/leases.hpp"

#include <gtest/gtest.h>

namespace postern::evidence {
namespace {

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

TEST(Neighbours, are_read_from_the_kernels_file) {
    const auto found =
        read_arp_table("IP address       HW type     Flags       HW address            Mask     Device\n"
                       "10.0.0.7         0x1         0x2         52:54:00:12:34:56     *        br-lan\n"
                       "10.0.0.8         0x1         0x0         00:00:00:00:00:00     *        br-lan\n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.at(ip("10.0.0.7")), "52:54:00:12:34:56");
}

TEST(Neighbours, are_read_as_ip_neigh_shows_them) {
    const auto found =
        read_ip_neigh("10.0.0.7 dev br-lan lladdr 52:54:00:12:34:56 REACHABLE\n"
                      "2001:db8:5::7 dev br-lan lladdr 52:54:00:12:34:56 router STALE\n"
                      "10.0.0.9 dev br-lan FAILED\n10.0.0.10 dev br-lan lladdr 52:54:00:12:34:57 FAILED\n");
    EXPECT_EQ(found.size(), 2U);
    EXPECT_TRUE(found.contains(ip("2001:db8:5::7")));
}

/// One RTM_NEWNEIGH message as x86 and ARM lay it out.
std::string message(std::string_view address, std::string_view link, char state) {
    const auto attribute = [](char type, std::string_view value) {
        std::string out{static_cast<char>(4 + value.size()), 0, type, 0};
        out += value;
        out.resize((out.size() + 3) / 4 * 4);
        return out;
    };
    std::string body(12, '\0');
    body[8] = state;
    body += attribute(1, address) + attribute(2, link);
    std::string out(16, '\0');
    out[0] = static_cast<char>(16 + body.size());
    out[4] = 28;
    return out + body;
}

TEST(Neighbours, are_read_from_the_kernels_messages_in_every_cut) {
    const std::string link("\x52\x54\x00\x12\x34\x56", 6);
    std::string done(16, '\0');
    done[0] = 16;
    done[4] = 3;
    const std::string all = message(std::string("\x0A\0\0\x07", 4), link, 2) +
                            message(std::string(16, '\x20'), link, 4) +
                            message(std::string("\x0A\0\0\x08", 4), link, 0x20) + done;
    Neighbours found;
    EXPECT_TRUE(read_neighbour_messages(all, found));
    EXPECT_EQ(found.size(), 2U);
    EXPECT_EQ(found.at(ip("10.0.0.7")), "52:54:00:12:34:56");
    for (std::size_t cut = 0; cut < all.size(); ++cut) {
        Neighbours some;
        (void)read_neighbour_messages(std::string(all.substr(0, cut)), some);
        EXPECT_LE(some.size(), 2U);
    }
}

TEST(Mac, is_read_as_every_vendor_writes_it) {
    for (const char* text : {"52:54:00:12:34:56", "52-54-00-12-34-56", "5254.0012.3456", "525400123456"})
        EXPECT_EQ(read_mac(text), "52:54:00:12:34:56") << text;
    EXPECT_EQ(read_mac("AA:BB:CC:DD:EE:FF"), "aa:bb:cc:dd:ee:ff");
    for (const char* text : {"", "00:00:00:00:00:00", "52:54:00:12:34", "52:54:00:12:34:56:78", "zz:54:00:12:34:56"})
        EXPECT_EQ(read_mac(text), "") << text;
}

struct File {
    const char* name;
    std::string_view text;
    std::string_view mac = "52:54:00:12:34:56";
};
class LeaseFile : public testing::TestWithParam<File> {};

TEST_P(LeaseFile, names_the_machine) {
    const Leases found = read_leases(GetParam().text);
    ASSERT_TRUE(found.contains(ip("10.0.0.7")));
    EXPECT_EQ(found.at(ip("10.0.0.7")).name, "annas-pc");
    EXPECT_EQ(found.at(ip("10.0.0.7")).mac, GetParam().mac);
    for (std::size_t cut = 0; cut < GetParam().text.size(); ++cut) (void)read_leases(GetParam().text.substr(0, cut));
}

INSTANTIATE_TEST_SUITE_P(
    Leases, LeaseFile,
    testing::Values(File{"dnsmasq", "1795512600 52:54:00:12:34:56 10.0.0.7 annas-pc 01:52:54:00:12:34:56\n"
                                    "1795512600 52:54:00:12:34:57 10.0.0.8 * *\nduid 00:01\n"
                                    "1795512600 1234 2001:db8:5::7 annas-pc 00:01:00:01\n"},
                    File{"kea",
                         "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
                         "user_context,pool_id\n10.0.0.7,52:54:00:12:34:00,,3600,1,1,0,0,old,0,,0\n"
                         "10.0.0.7,52:54:00:12:34:56,,3600,1795512600,1,0,0,annas-pc.,0,,0\n"},
                    File{"isc", "# comment\nlease 10.0.0.7 {\n  starts 3 2026/11/25 11:00:00;\n  hardware ethernet "
                                "52:54:00:12:34:56;\n  client-hostname \"annas-pc\";\n}\n"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Leases, of_an_address_that_was_declined_tell_nothing) {
    EXPECT_TRUE(read_leases("address,hwaddr,hostname,state\n10.0.0.7,52:54:00:12:34:56,x,0\n10.0.0.7,,,1\n").empty());
}

TEST(Leases, keep_a_bounded_name) {
    const auto found = read_leases("1 52:54:00:12:34:56 10.0.0.7 " + std::string(max_lease_name + 1, 'n') + " *\n");
    EXPECT_EQ(found.at(ip("10.0.0.7")).name.size(), max_lease_name);
}

}  // namespace
}  // namespace postern::evidence
