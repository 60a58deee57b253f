// SPDX-License-Identifier: Apache-2.0
// Judges by table: what was collected and what the DNS says, as text, and the tags that must come of it, passes included.
// Faults that need a real server are in lab/scenarios/audit.
#include "audit/judge_rows.hpp"
#include "audit/record.hpp"
#include "audit/report.hpp"
#include "base/zone_text.hpp"

#include <gmock/gmock.h>

#include <set>

namespace postern::audit {
namespace {

using namespace test;

constexpr std::string_view zone_text = R"(
example.com          MX   10 mail.example.com
example.com          TXT  "v=spf1 ip4:203.0.113.25 ip6:2001:db8:5::25 -all"
mail.example.com     A    203.0.113.25
mail.example.com     AAAA 2001:db8:5::25
mail.example.com     TXT  "v=spf1 a -all"
25.113.0.203.in-addr.arpa PTR mail.example.com
_smtp._tls.example.com TXT "v=TLSRPTv1; rua=mailto:t@example.com"
_dmarc.example.com   TXT  "v=DMARC1; p=reject"
unnamed.example      TXT  "v=spf1 ip6:2001:db8:5::99 -all"
mute.example         TIMEOUT
dane.example         MX   10 mail.dane.example
mail.dane.example    A    203.0.113.25
_25._tcp.mail.dane.example TLSA 0301010101
usage1.example       MX   10 mail.usage1.example
mail.usage1.example  A    203.0.113.25
_25._tcp.mail.usage1.example TLSA 0101010101
null.example         MX   0 .
behind.example       MX   10 mx1.antispamcloud.com
behind.example       TXT  "v=spf1 ip4:203.0.113.25 -all"
owa.behind.example   A    203.0.113.25
)";

const Instant now = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)) + std::chrono::hours(12);

Evidence evidence_of(std::string_view domain, const Change& change) {
    Evidence evidence{.taken = now, .domain = *DomainName::parse(domain)};
    evidence.services = {
        {.id = "spamexperts", .name = "Mail Assure", .mx = {"antispamcloud.com"}, .ranges = "its page"}};
    change(evidence);
    evidence.read_files();
    return evidence;
}

Judged judge(const char* id, const Evidence& evidence) {
    static const auto zone = *dns::ZoneText::parse(zone_text);
    Selection selection;
    selection.only = {id};
    Report report = dns::settle(dns::Evaluation(judge_all(evidence, selection)), zone);
    EXPECT_EQ(report.judged.size(), 1U);
    return report.judged.at(0);
}

std::vector<std::string> tags(const Judged& judged) {
    std::set<std::string> out;
    for (const Finding& finding : judged.findings) out.emplace(finding.tag);
    return {out.begin(), out.end()};
}

class Judges : public testing::TestWithParam<Row> {};

TEST_P(Judges, give_status_and_tags) {
    const Evidence evidence = evidence_of(GetParam().domain, GetParam().change);
    const Judged judged = judge(GetParam().id, evidence);
    EXPECT_EQ(to_string(judged.status), to_string(GetParam().status)) << judged.skipped;
    EXPECT_EQ(tags(judged), GetParam().tags);
    for (const Finding& finding : judged.findings)
        if (finding.status == Status::fail || finding.status == Status::warning)
            EXPECT_NE(finding.fix, "") << finding.tag;
}

TEST_P(Judges, give_the_same_from_a_record) {
    const Evidence evidence = evidence_of(GetParam().domain, GetParam().change);
    const auto recorded = from_record(to_record(evidence, {}));
    ASSERT_TRUE(recorded) << recorded.error().message;
    Evidence again = recorded->evidence;
    again.services = evidence.services;
    EXPECT_EQ(tags(judge(GetParam().id, again)), GetParam().tags);
}

INSTANTIATE_TEST_SUITE_P(host, Judges, testing::ValuesIn(host_rows()),
                         [](const auto& info) { return info.param.name; });
INSTANTIATE_TEST_SUITE_P(mail, Judges, testing::ValuesIn(mail_rows()),
                         [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(active, Judges, testing::ValuesIn(active_rows()),
                         [](const auto& info) { return info.param.name; });

TEST(Report, weighs_the_unknown_like_a_failure) {
    Report report;
    report.judged = {{.check = find_check("5-01"), .status = Status::unknown},
                     {.check = find_check("5-02"), .status = Status::pass}};
    EXPECT_EQ(report.scores().at(0).points, 50);
    EXPECT_EQ(report.next_action(), nullptr);
}

TEST(Report, names_the_worst_failure_first) {
    Report report;
    report.judged = {{.check = find_check("5-26"), .status = Status::fail},
                     {.check = find_check("5-14"), .status = Status::fail}};
    EXPECT_EQ(report.next_action()->check->id, "5-14");
}

TEST(Record, refuses_what_is_none) {
    EXPECT_FALSE(from_record("{}"));
    EXPECT_FALSE(from_record("not json"));
}

TEST(Record, answers_nothing_it_does_not_hold) {
    const Evidence evidence = evidence_of(com, nothing());
    const auto recorded = from_record(to_record(evidence, {}));
    ASSERT_TRUE(recorded);
    Selection selection;
    selection.only = {"5-14"};
    const Report report = dns::settle(dns::Evaluation(judge_all(recorded->evidence, selection)), recorded->book);
    EXPECT_EQ(report.judged.at(0).status, Status::unknown);
}

}  // namespace
}  // namespace postern::audit
