// SPDX-License-Identifier: Apache-2.0
#include "audit/record_vantage.hpp"

#include <gtest/gtest.h>

namespace postern::audit {
namespace {

Vantage full() {
    const Instant at{std::chrono::milliseconds(1'795'660'000'123)};
    const IpAddress v4 = *IpAddress::parse("203.0.113.26"), v6 = *IpAddress::parse("2001:db8:5::2f");
    return {.name = "out",
            .unknown = "",
            .probe_name = "probe.example.net",
            .port25_out = "open",
            .port25_why = "it answered",
            .you = v4,
            .looks = {{.ip = v6,
                       .port = 2525,
                       .host = *DomainName::parse("mail.example.com"),
                       .banner = "mail.example.com\xff",
                       .ehlo = {"SIZE 1"},
                       .ehlo_tls = {"AUTH PLAIN"},
                       .offered_tls = true,
                       .tls_version = "TLSv1.3",
                       .certificate_names = {"mail.example.com"},
                       .certificate_expires = at,
                       .timed_out = true,
                       .not_looked = true,
                       .seen_from = "out"}},
            .recipients = {{.ip = v4,
                            .port = 25,
                            .host = *DomainName::parse("mail.example.com"),
                            .unknown = "u",
                            .timed_out = true,
                            .sender_code = 250,
                            .recipients = {{"postmaster@example.com", 550, "no"}}}},
            .connections = {{"25v4", at, v4, 25, "h", "TLSv1.3", "a@b.example", {"c@d.example"}, "quit"}},
            .messages = {{"r13",
                          at,
                          v6,
                          587,
                          "h",
                          "",
                          "a@b.example",
                          {"c@d.example"},
                          "recipient",
                          std::string("a\0b\r\n\xff", 6),
                          3}},
            .ways_out = {{.by = "socks5://192.0.2.7@1080",
                          .to = v4,
                          .port = 465,
                          .connected = true,
                          .arrived = true,
                          .proxy_reached = true,
                          .no_route = true,
                          .why = "w",
                          .seen_as = v6}}};
}

TEST(RecordVantage, gives_back_all_that_was_recorded) {
    const json::value written = vantage_json(full());
    // Written again, it is the same: no member was lost on the way.
    EXPECT_EQ(json::serialize(vantage_json(vantage_from(written))), json::serialize(written));
    const Vantage read = vantage_from(written);
    EXPECT_EQ(read.messages.at(0).octets, full().messages.at(0).octets);
    EXPECT_EQ(read.messages.at(0).bare_newlines, 3U);
    EXPECT_EQ(read.connections.at(0).ended, "quit");
    EXPECT_EQ(read.recipients.at(0).recipients.at(0).code, 550);
    EXPECT_EQ(read.looks.at(0).certificate_expires, full().looks.at(0).certificate_expires);
    EXPECT_EQ(read.ways_out.at(0).seen_as, full().ways_out.at(0).seen_as);
}

TEST(RecordVantage, reads_what_lacks_members_or_has_others_with_defaults) {
    for (const char* text : {"{}", "[]", "null", R"({"looks":[{}],"messages":[{"octets":"!"}],"ways_out":[7]})",
                             R"({"name":7,"you":"nowhere","connections":{},"recipients":[{"recipients":[null]}]})"}) {
        const Vantage read = vantage_from(*json::parse(text));
        EXPECT_EQ(read.name, "") << text;
        EXPECT_FALSE(read.you) << text;
        for (const SeenMessage& one : read.messages) EXPECT_EQ(one.octets, "");
    }
}

}  // namespace
}  // namespace postern::audit
