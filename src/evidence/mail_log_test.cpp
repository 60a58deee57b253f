// SPDX-License-Identifier: Apache-2.0
#include "evidence/mail_log.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace postern::evidence {
namespace {

using testing::ElementsAre;
using testing::Pair;

const Instant now = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)) + std::chrono::hours(12);

MailLogFindings read(std::string_view text) {
    MailLog log(now, std::chrono::minutes(0));
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) log.read(line);
    return log.findings();
}

TEST(MailLog, normalises_refusals_that_name_a_list) {
    const auto found = read(
        R"(Nov 23 08:00:00 mail postfix/smtp[9]: 4XA1bc: to=<b@c.example>, relay=mx.c.example[198.51.100.9]:25, delay=1, delays=0/0/1/0, dsn=5.7.1, status=bounced (host mx.c.example[198.51.100.9] said: 554 5.7.1 Service unavailable; Client host [203.0.113.25] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/203.0.113.25 (in reply to RCPT TO command))
2026-11-24T09:00:00.1+00:00 mail postfix/smtp[9]: 4XA1bd: host mx.d.example[198.51.100.10] refused to talk to me: 554 203.0.113.25 listed at zen.spamhaus.org
Nov 24 09:10:00 mail postfix/smtp[9]: 4XA1be: to=<b@e.example>, relay=mx.e.example[198.51.100.11]:25, delay=1, dsn=5.7.1, status=bounced (host mx.e.example[198.51.100.11] said: 550 5.7.1 Unfortunately, messages from [203.0.113.25] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150))
Nov 24 09:11:00 mail postfix/smtp[9]: 4XA1bf: to=<b@e.example>, relay=mx.spamhaus-fans.example[198.51.100.11]:25, dsn=5.1.1, status=bounced (host mx.spamhaus-fans.example[198.51.100.11] said: 550 5.1.1 no such user))");
    ASSERT_EQ(found.refusals.size(), 2U);
    EXPECT_EQ(found.refusals[0].what.list, "zen.spamhaus.org");
    EXPECT_EQ(found.refusals[0].what.address, *IpAddress::parse("203.0.113.25"));
    EXPECT_EQ(found.refusals[0].count, 2U);
    EXPECT_EQ(to_date(found.refusals[0].first), "2026-11-23");
    EXPECT_EQ(found.refusals[1].what.list, "Microsoft");
}

TEST(MailLog, knows_who_sent_what_left) {
    const auto found = read(
        R"(Nov 24 09:00:00 mail postfix/submission/smtpd[1]: 4XB1aa: client=pc7.example.com[10.0.0.7], sasl_method=PLAIN, sasl_username=anna@example.com
Nov 24 09:00:00 mail postfix/qmgr[2]: 4XB1aa: from=<anna@example.com>, size=100, nrcpt=1 (queue active)
Nov 24 09:00:01 mail postfix/smtp[3]: 4XB1aa: to=<x@c.example>, relay=mx.c.example[198.51.100.9]:25, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9)
Nov 24 09:00:01 mail postfix/qmgr[2]: 4XB1aa: removed
Nov 24 09:00:02 mail postfix/pickup[4]: 4XB1ab: uid=33 from=<www-data>
Nov 24 09:00:03 mail postfix/smtp[3]: 4XB1ab: to=<x@c.example>, relay=mx.c.example[198.51.100.9]:25, dsn=2.0.0, status=sent (250 ok)
Nov 24 09:00:04 mail postfix/smtpd[1]: 4XB1ac: client=scanner.example.com[10.0.0.9]
Nov 24 09:00:05 mail postfix/smtp[3]: 4XB1ac: to=<x@c.example>, relay=mx.c.example[198.51.100.9]:25, dsn=2.0.0, status=sent (250 ok))");
    EXPECT_THAT(found.by_login.counts, ElementsAre(Pair("anna@example.com", 1)));
    EXPECT_THAT(found.by_local_user.counts, ElementsAre(Pair("33", 1)));
    EXPECT_THAT(found.by_client.counts, ElementsAre(Pair("10.0.0.9", 1)));
    EXPECT_EQ(found.sent_out, 3U);
    EXPECT_TRUE(found.relayed.empty());
}

TEST(MailLog, sees_what_was_relayed_for_an_outsider) {
    const auto found = read(
        R"(Nov 24 09:00:00 mail postfix/smtpd[1]: 4XB1aa: client=unknown[198.51.100.66]
Nov 24 09:00:00 mail postfix/qmgr[2]: 4XB1aa: from=<spam@bad.example>, size=100, nrcpt=1 (queue active)
Nov 24 09:00:01 mail postfix/smtp[3]: 4XB1aa: to=<victim@c.example>, relay=mx.c.example[198.51.100.9]:25, dsn=2.0.0, status=sent (250 ok)
Nov 24 09:00:02 mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.67]: 454 4.7.1 <v@c.example>: Relay access denied; from=<a@b.example> to=<v@c.example> proto=ESMTP helo=<x>)");
    ASSERT_EQ(found.relayed.size(), 1U);
    EXPECT_EQ(found.relayed[0].client, "198.51.100.66");
    EXPECT_EQ(found.relayed[0].recipient_domain, "c.example");
    EXPECT_EQ(found.relay_refused, 1U);
}

TEST(MailLog, follows_a_message_through_a_filter) {
    const auto found = read(
        R"(Nov 24 09:00:00 mail postfix/smtpd[1]: 4XB1aa: client=unknown[198.51.100.66], sasl_method=PLAIN, sasl_username=bert
Nov 24 09:00:01 mail postfix/smtpd[1]: 4XB1ab: client=localhost[127.0.0.1]
Nov 24 09:00:01 mail postfix/smtp[3]: 4XB1aa: to=<x@c.example>, relay=127.0.0.1[127.0.0.1]:10024, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4XB1ab)
Nov 24 09:00:02 mail postfix/smtp[3]: 4XB1ab: to=<x@c.example>, relay=mx.c.example[198.51.100.9]:25, dsn=2.0.0, status=sent (250 ok))");
    EXPECT_THAT(found.by_login.counts, ElementsAre(Pair("bert", 1)));
    EXPECT_EQ(found.sent_out, 1U);
}

TEST(MailLog, sees_bounces_to_people_outside) {
    const auto found = read(
        R"log(Nov 24 09:00:00 mail postfix/smtpd[1]: 4XB1aa: client=mx.b.example[198.51.100.66]
Nov 24 09:00:00 mail postfix/qmgr[2]: 4XB1aa: from=<forged@d.example>, size=100, nrcpt=1 (queue active)
Nov 24 09:00:01 mail postfix/local[3]: 4XB1aa: to=<nobody@example.com>, relay=local, delay=0, dsn=5.1.1, status=bounced (unknown user: "nobody")
Nov 24 09:00:01 mail postfix/bounce[4]: 4XB1aa: sender non-delivery notification: 4XB1ab)log");
    EXPECT_EQ(found.returned_to_outsiders, 1U);
    EXPECT_EQ(found.returned_sample, "forged@d.example");
    EXPECT_EQ(found.unknown_bounced, 1U);
}

TEST(MailLog, counts_filters_that_did_not_answer_and_what_they_found) {
    const auto found = read(
        R"log(Nov 24 09:00:00 mail postfix/smtpd[1]: warning: connect to Milter service inet:127.0.0.1:11332: Connection refused
Nov 24 09:00:00 mail postfix/smtpd[1]: 4XB1aa: client=pc7[10.0.0.7], sasl_method=PLAIN, sasl_username=anna
Nov 24 09:00:00 mail postfix/cleanup[1]: 4XB1aa: milter-reject: END-OF-MESSAGE from pc7[10.0.0.7]: 5.7.1 virus found: Eicar-Signature; from=<a@example.com> to=<b@c.example> proto=ESMTP helo=<pc7>
Nov 24 09:00:00 mail postfix/smtpd[1]: warning: unknown[198.51.100.7]: SASL LOGIN authentication failed: UGFzc3dvcmQ6)log");
    EXPECT_EQ(found.unscanned, 1U);
    EXPECT_THAT(found.infections.counts, ElementsAre(Pair("anna", 1)));
    EXPECT_THAT(found.login_failures.counts, ElementsAre(Pair("198.51.100.7", 1)));
}

TEST(MailLog, reads_exim) {
    const auto found = read(
        R"(2026-11-24 09:00:00 1tEx4m-0001AB-1a <= anna@example.com H=pc7.example.com (pc7) [10.0.0.7] P=esmtpsa X=TLS1.3 A=login_server:anna S=1234 id=x@y
2026-11-24 09:00:01 1tEx4m-0001AB-1a => x@c.example R=dnslookup T=remote_smtp H=mx.c.example [198.51.100.9] I=[203.0.113.25] X=TLS1.3 C="250 ok"
2026-11-24 09:00:02 1tEx4m-0001AB-1a ** y@d.example R=dnslookup T=remote_smtp H=mx.d.example [198.51.100.10]: SMTP error from remote mail server after RCPT TO:<y@d.example>: 550 5.7.1 [203.0.113.25] blocked by bl.spamcop.net
2026-11-24 09:00:03 1tEx4m-0001AB-1a Completed
2026-11-24 09:00:04 H=(x) [198.51.100.66] F=<a@b.example> rejected RCPT <v@c.example>: relay not permitted)");
    EXPECT_THAT(found.by_login.counts, ElementsAre(Pair("anna", 1)));
    EXPECT_THAT(found.sources.counts, ElementsAre(Pair("203.0.113.25", 1)));
    ASSERT_EQ(found.refusals.size(), 1U);
    EXPECT_EQ(found.refusals[0].what.list, "bl.spamcop.net");
    EXPECT_EQ(found.relay_refused, 1U);
}

TEST(MailLog, reads_opensmtpd) {
    const auto found = read(
        R"log(2026-11-24T09:00:00+00:00 mail smtpd[9]: 9f1c2a3b smtp connected address=10.0.0.7 host=pc7.example.com
2026-11-24T09:00:00+00:00 mail smtpd[9]: 9f1c2a3b smtp authentication user=anna result=ok
2026-11-24T09:00:01+00:00 mail smtpd[9]: 9f1c2a3b smtp message msgid=12345678 size=400 nrcpt=1 proto=ESMTP
2026-11-24T09:00:02+00:00 mail smtpd[9]: 77777777 mta delivery evpid=12345678aabbccdd from=<anna@example.com> to=<x@c.example> rcpt=<-> source="203.0.113.25" relay="198.51.100.9 (mx.c.example)" delay=1s result="Ok" stat="250 ok")log");
    EXPECT_THAT(found.by_login.counts, ElementsAre(Pair("anna", 1)));
    EXPECT_THAT(found.sources.counts, ElementsAre(Pair("203.0.113.25", 1)));
}

TEST(MailLog, gives_dates_without_a_year_the_latest_that_has_been) {
    const auto found = read(
        "Dec 31 23:59:59 mail postfix/qmgr[1]: 4XB1aa: removed\nNov 24 08:00:00 mail postfix/qmgr[1]: 4XB1aa: removed");
    EXPECT_EQ(to_date(found.first), "2025-12-31");
    EXPECT_EQ(to_date(found.last), "2026-11-24");
}

TEST(MailLog, has_bounded_tables) {
    Tally tally;
    for (std::size_t i = 0; i < Tally::max_keys + 5; ++i) tally.add(std::to_string(i));
    EXPECT_EQ(tally.counts.size(), Tally::max_keys);
    EXPECT_EQ(tally.left_out, 5U);
    EXPECT_EQ(tally.total(), Tally::max_keys + 5);
}

struct Reply {
    const char* name;
    const char* text;
    const char* list;
    bool certain;
};
class BlockReplies : public testing::TestWithParam<Reply> {};
TEST_P(BlockReplies, are_recognised) {
    const auto found = read_block_reply(GetParam().text);
    ASSERT_EQ(found.has_value(), GetParam().list != nullptr);
    if (!found) return;
    EXPECT_EQ(found->list, GetParam().list);
    EXPECT_EQ(found->certain, GetParam().certain);
}
INSTANTIATE_TEST_SUITE_P(
    wordings, BlockReplies,
    testing::Values(Reply{"unknown_zone", "554 203.0.113.25 blocked using dnsbl.local.example; see https://x",
                          "dnsbl.local.example", true},
                    Reply{"reputation_only", "550 poor reputation", "a list that the reply does not name", false},
                    Reply{"google", "421-4.7.0 Our system has detected an unusual rate of mail", "Google", true},
                    Reply{"full_mailbox", "452 4.2.2 mailbox full", nullptr, true},
                    Reply{"receiver_named_like_a_list", "host mx.spamcop.example[192.0.2.1] said: 550 no such user",
                          nullptr, true}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace postern::evidence
