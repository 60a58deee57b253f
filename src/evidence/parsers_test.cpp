// SPDX-License-Identifier: Apache-2.0
#include "evidence/dmarc_report.hpp"
#include "evidence/exim_config.hpp"
#include "evidence/host.hpp"
#include "evidence/postfix_config.hpp"
#include "evidence/received_trace.hpp"
#include "evidence/unpack.hpp"
#include "wire/base64.hpp"
#include "wire/mime.hpp"

#include <gmock/gmock.h>

namespace postern::evidence {
namespace {

using testing::ElementsAre;

TEST(PostfixConfig, expands_names_and_joins_lines) {
    const auto config =
        read_postfix_config("mydomain = example.com\n# comment\nmyhostname = mail.$mydomain\nmynetworks = "
                            "127.0.0.0/8\n  10.0.0.0/8,\n  $unknown\nmail_version = 3.7.11\n",
                            "smtp inet n - y - - smtpd\n  -o smtpd_tls_security_level=may\nsubmission inet n - y - - "
                            "smtpd\n  -o { smtpd_milters = inet:[::1]:11332 }\n127.0.0.1:10025 inet n - n - - smtpd\n");
    EXPECT_EQ(config.get("myhostname"), "mail.example.com");
    EXPECT_THAT(setting_words(config.get("mynetworks")), ElementsAre("127.0.0.0/8", "10.0.0.0/8", "$unknown"));
    ASSERT_EQ(config.smtp_servers().size(), 2U);
    EXPECT_EQ(config.get(*config.smtp_servers()[1], "smtpd_milters"), "inet:[::1]:11332");
    EXPECT_EQ(config.version, "3.7.11");
}

TEST(PostfixConfig, ends_a_loop_of_names) {
    EXPECT_FALSE(read_postfix_config("a = $b\nb = $a\n", "").get("a").empty());
}

TEST(EximConfig, reads_lists_and_conditions) {
    const auto config =
        read_exim_config("no_smtp_enforce_sync\nprimary_hostname = mail.example.com\n",
                         "hostlist relay_from_hosts = <; 127.0.0.1 ; 10.0.0.0/8\n\nacl_check_rcpt:\n  deny\n    "
                         "dnslists = zen.spamhaus.org : \\\n       bl.example\n  warn dnslists = only.warned\n  deny "
                         "malware = */defer_ok\n  require verify = sender/callout\n",
                         "Exim version 4.96 #2 built");
    EXPECT_EQ(config.option("smtp_enforce_sync"), "false");
    EXPECT_EQ(config.list("hostlist relay_from_hosts"), "<; 127.0.0.1 ; 10.0.0.0/8");
    EXPECT_THAT(config.dnslists, ElementsAre("zen.spamhaus.org : bl.example"));
    EXPECT_TRUE(config.scans_malware && !config.malware_defers && config.calls_out_senders);
    EXPECT_EQ(config.version, "4.96");
}

TEST(OpensmtpdConfig, reads_who_may_relay) {
    const auto config = read_opensmtpd_config(
        "table lan { 10.0.0.0/8, \"192.168.0.0/16\" }\nlisten on eth0 tls\nmatch from src <lan> for any action "
        "\"relay\"\nmatch from any for any action \"relay\"\nmatch from any auth for any action \"relay\"\n",
        "version: OpenSMTPD 6.8.0p2-portable");
    ASSERT_EQ(config.matches.size(), 3U);
    EXPECT_THAT(config.matches[0].sources, ElementsAre("10.0.0.0/8", "192.168.0.0/16"));
    EXPECT_TRUE(config.matches[1].from_any && config.matches[1].to_any && !config.matches[1].from_auth);
    EXPECT_TRUE(config.matches[2].from_auth);
}

struct Line {
    const char* name;
    const char* value;
    const char* helo;
    const char* rdns;
    const char* ip;
    const char* by;
    bool tls;
};
class Received : public testing::TestWithParam<Line> {};
TEST_P(Received, is_read) {
    const Hop hop = read_received(GetParam().value);
    EXPECT_EQ(hop.helo, GetParam().helo);
    EXPECT_EQ(hop.rdns, GetParam().rdns);
    EXPECT_EQ(hop.ip ? hop.ip->to_string() : "", GetParam().ip);
    EXPECT_EQ(hop.by, GetParam().by);
    EXPECT_EQ(hop.tls, GetParam().tls);
}
INSTANTIATE_TEST_SUITE_P(
    forms, Received,
    testing::Values(
        Line{"postfix",
             "from mail.example.com (mail.example.com [203.0.113.25]) by mx.c.example (Postfix) with ESMTPS id 4X for "
             "<b@c.example>; Tue, 24 Nov 2026",
             "mail.example.com", "mail.example.com", "203.0.113.25", "mx.c.example", true},
        Line{"postfix_unknown", "from laptop.local (unknown [203.0.113.25]) by mx.c.example with ESMTP id 4X; x",
             "laptop.local", "", "203.0.113.25", "mx.c.example", false},
        Line{"postfix_tls_comment",
             "from a.example (a.example [203.0.113.25]) (using TLSv1.3 with cipher X) by mx.c.example with ESMTP id "
             "4X; x",
             "a.example", "a.example", "203.0.113.25", "mx.c.example", true},
        Line{"google",
             "from mail.example.com (mail.example.com. [2001:db8:5::25]) by mx.google.example with ESMTPS id x; x",
             "mail.example.com", "mail.example.com", "2001:db8:5::25", "mx.google.example", true},
        Line{"exim",
             "from mail.example.com ([203.0.113.25] helo=pc.local) by mx.c.example with esmtps (TLS1.3) id x; x",
             "pc.local", "mail.example.com", "203.0.113.25", "mx.c.example", true},
        Line{"microsoft",
             "from mail.example.com (203.0.113.25) by AM.prod.outlook.example (10.0.0.1) with Microsoft SMTP Server "
             "(version=TLS1_2) id x; x",
             "mail.example.com", "", "203.0.113.25", "AM.prod.outlook.example", true},
        Line{"folded", "from mail.example.com (mail.example.com [203.0.113.25])\tby mx.c.example with ESMTPS id 1; x",
             "mail.example.com", "mail.example.com", "203.0.113.25", "mx.c.example", true},
        Line{"internal", "by 2002:a05:6000 with SMTP id x; x", "", "", "", "2002:a05:6000", false}),
    [](const auto& info) { return info.param.name; });

TEST(Trace, trusts_only_what_the_receiver_wrote) {
    const auto message = wire::parse_message(
        "Received: from int1.c.example (int1.c.example [10.0.0.5]) by store.c.example with LMTP id 1; x\r\n"
        "Received: from mail.example.com (mail.example.com [203.0.113.25]) by int1.c.example with ESMTPS id 2; x\r\n"
        "Received: from forged.example (forged.example [192.0.2.1]) by mail.example.com with ESMTP id 3; x\r\n\r\n");
    const Trace trace = read_trace(*message);
    ASSERT_TRUE(trace.entry);
    EXPECT_EQ(trace.entry->ip->to_string(), "203.0.113.25");
    EXPECT_EQ(trace.hops.size(), 3U);
}

TEST(Trace, stops_where_somebody_else_begins_to_write) {
    const auto message =
        wire::parse_message("Received: from a (a [10.0.0.5]) by store.c.example with LMTP id 1; x\r\nReceived: from b "
                            "(b [192.0.2.1]) by other.example with SMTP id 2; x\r\n\r\n");
    EXPECT_FALSE(read_trace(*message).entry);
}

constexpr std::string_view report =
    R"(<?xml version="1.0"?><feedback><report_metadata><org_name>c.example</org_name><date_range><begin>1795478400</begin><end>1795564800</end></date_range></report_metadata>
<policy_published><domain>example.com</domain><p>none</p></policy_published>
<record><row><source_ip>203.0.113.25</source_ip><count>7</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers><auth_results><dkim><domain>example.com</domain><result>pass</result></dkim><spf><domain>bounce.other.example</domain><result>pass</result></spf></auth_results></record></feedback>)";

TEST(DmarcReport, is_read_row_by_row) {
    const auto read = parse_dmarc_report(report);
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->rows.size(), 1U);
    EXPECT_EQ(read->rows[0].count, 7U);
    EXPECT_TRUE(read->rows[0].dkim_aligned && !read->rows[0].spf_aligned);
    EXPECT_EQ(read->rows[0].spf_domain, "bounce.other.example");
    EXPECT_EQ(read->domain, "example.com");
}

TEST(DmarcReport, comes_as_an_attachment_too) {
    const std::string mail = "Content-Type: multipart/mixed; boundary=\"x\"\n\n--x\nContent-Type: "
                             "text/xml\nContent-Transfer-Encoding: base64\n\n" +
                             wire::encode_base64(report) + "\n--x--\n";
    const auto read = read_dmarc_file(mail);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->at(0).rows.size(), 1U);
}

TEST(DmarcReport, refuses_entities_and_other_documents) {
    EXPECT_FALSE(parse_dmarc_report("<!DOCTYPE x [<!ENTITY a \"b\">]><feedback>&a;</feedback>"));
    EXPECT_FALSE(parse_dmarc_report("<html></html>"));
    EXPECT_EQ(parse_dmarc_report("<a>\n<b></a>").error().message.substr(0, 7), "line 2:");
}

/// 3,000,000 times one letter, as bzip2 packs them.
std::string packed_letters() {
    return *wire::decode_base64("QlpoOTFBWSZTWaQp0GoAFvoBCKAAQAAACCAAMMwJqmmpAi2pIEXi7kinChIUhToNQA==");
}

TEST(Unpack, bounds_what_comes_out) {
    EXPECT_TRUE(unpack("0123456789", {.octets = 10}));
    EXPECT_EQ(unpack("0123456789A", {.octets = 10}).error().message, "the archive holds more than 10 octets");
    // Three million octets in some fifty octets.
    const std::string bomb = packed_letters();
    EXPECT_EQ(unpack(bomb).error().code, "unpack.limit");
    EXPECT_TRUE(unpack(bomb, {.ratio = 100'000}));
    EXPECT_EQ(unpack("plain")->at(0).octets, "plain");
    EXPECT_FALSE(unpack("PK\x03\x04garbage"));
}

TEST(Host, reads_the_kernels_sockets) {
    const auto sockets =
        read_socket_table("  sl  local_address rem_address   st\n   0: 197100CB:C000 096433C6:0019 01 "
                          "00000000:00000000 00:00000000 00000000    33        0 1\n   1: 00000000:0019 00000000:0000 "
                          "0A 00000000:00000000 00:00000000 00000000     0        0 2\n");
    ASSERT_EQ(sockets.size(), 2U);
    EXPECT_EQ(sockets[0].local.to_string(), "203.0.113.25");
    EXPECT_EQ(sockets[0].remote_port, 25);
    EXPECT_EQ(sockets[0].uid, 33U);
    EXPECT_TRUE(sockets[1].listening);
}

TEST(Host, reads_the_scanners_version) {
    const auto version = read_clamav_version("ClamAV 1.4.3/27500/Mon Nov 23 09:24:11 2026\n");
    ASSERT_TRUE(version && version->of);
    EXPECT_EQ(version->engine, "1.4.3");
    EXPECT_EQ(to_date(*version->of), "2026-11-23");
    EXPECT_EQ(read_clamav_version("ClamAV 1.4.3")->signatures, 0);
}

TEST(Host, reads_rules_for_port_25) {
    const auto listing = read_nft_listing("table inet f {\n chain out {\n  type filter hook output priority 0; policy "
                                          "accept;\n  tcp dport 25 meta skuid != postfix counter drop\n }\n}");
    EXPECT_TRUE(listing.output_guarded);
    EXPECT_FALSE(listing.forward_guarded);
    EXPECT_FALSE(
        read_nft_listing(
            "table inet f {\n chain out {\n  type filter hook output priority 0;\n  tcp dport 25 accept\n }\n}")
            .output_guarded);
}

TEST(Host, reads_what_the_package_manager_would_install) {
    const auto found = read_package_policy("postfix:\n  Installed: 3.7.10\n  Candidate: 3.7.11\n  Version "
                                           "table:\nexim4:\n  Installed: (none)\n  Candidate: 4.96\n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.at("postfix").candidate, "3.7.11");
}

TEST(Host, compares_versions_and_sizes) {
    EXPECT_EQ(compare_versions("4.96", "4.98.1"), -1);
    EXPECT_EQ(compare_versions("3.10.0", "3.9.1"), 1);
    EXPECT_EQ(compare_versions("4.96-15+deb12u10", "4.96"), 0);
    EXPECT_EQ(read_size("25M"), 26'214'400U);
    EXPECT_FALSE(read_size("much"));
}

}  // namespace
}  // namespace postern::evidence
