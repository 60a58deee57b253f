// SPDX-License-Identifier: Apache-2.0
#include "identity/dmarc.hpp"

#include "base/zone_text.hpp"

#include <gtest/gtest.h>

namespace postern::identity {
namespace {

constexpr std::string_view zone_text = R"(
_dmarc.example.com            TXT "v=DMARC1; p=reject; sp=quarantine; np=reject; rua=mailto:d@example.com,mailto:x@reports.example!10m"
www.example.com               A   203.0.113.25
_dmarc.team.example.com       TXT "v=DMARC1; p=none; psd=n"
example.com._report._dmarc.reports.example TXT "v=DMARC1"
_dmarc.bank                   TXT "v=DMARC1; p=reject; psd=y"
_dmarc.two.example            TXT "v=DMARC1; p=none"
_dmarc.two.example            TXT "v=DMARC1; p=reject"
_dmarc.quiet.example          TXT "v=DMARC1; rua=mailto:d@quiet.example"
_dmarc.empty.example          TXT "v=DMARC1"
_dmarc.mute.example           TIMEOUT
_dmarc.deep.example           TXT "v=DMARC1; p=reject"
_dmarc.stranger.example       TXT "v=DMARC1; p=none; rua=mailto:d@unwilling.example"
)";

template <class T>
T settled(dns::Inquiry<T> inquiry, std::vector<std::string>* asked = nullptr) {
    static const auto zone = *dns::ZoneText::parse(zone_text);
    return dns::settle(dns::Evaluation(std::move(inquiry)), [&](const dns::Question& question) {
        if (asked != nullptr) asked->push_back(std::string(question.name.text()));
        return zone(question);
    });
}
DmarcFinding find(std::string_view domain) { return settled(find_dmarc(*DomainName::parse(domain))); }

TEST(Dmarc, takes_the_domains_own_record) {
    const auto finding = find("example.com");
    EXPECT_EQ(finding.status, DmarcFinding::Status::found);
    EXPECT_EQ(finding.effective, DmarcPolicy::reject);
    EXPECT_EQ(finding.effective_tag, "p");
}

TEST(Dmarc, gives_an_existing_subdomain_sp) {
    const auto finding = find("www.example.com");
    EXPECT_EQ(finding.organizational.text(), "example.com");
    EXPECT_EQ(finding.effective, DmarcPolicy::quarantine);
    EXPECT_EQ(finding.effective_tag, "sp");
}

TEST(Dmarc, gives_a_name_that_does_not_exist_np) {
    EXPECT_EQ(find("nobody.example.com").effective_tag, "np");
    EXPECT_EQ(find("nobody.example.com").effective, DmarcPolicy::reject);
}

TEST(Dmarc, stops_at_psd_n) {
    const auto finding = find("mail.team.example.com");
    EXPECT_EQ(finding.organizational.text(), "team.example.com");
    EXPECT_EQ(finding.record_domain.text(), "team.example.com");
}

TEST(Dmarc, takes_the_name_below_a_public_suffix_as_the_organisation) {
    const auto finding = find("mail.first.bank");
    EXPECT_EQ(finding.organizational.text(), "first.bank");
    EXPECT_EQ(finding.record_domain.text(), "bank");
    EXPECT_EQ(finding.effective, DmarcPolicy::reject);
}

TEST(Dmarc, discards_two_records) {
    EXPECT_EQ(find("two.example").status, DmarcFinding::Status::none);
    EXPECT_EQ(find("two.example").problem, "_dmarc.two.example holds 2 DMARC records, so none counts");
}

TEST(Dmarc, reads_a_record_without_policy_as_none_if_it_wants_reports) {
    EXPECT_EQ(find("quiet.example").status, DmarcFinding::Status::found);
    EXPECT_EQ(find("quiet.example").effective, DmarcPolicy::none);
    EXPECT_EQ(find("empty.example").status, DmarcFinding::Status::none);
}

TEST(Dmarc, tells_silence_from_absence) {
    EXPECT_EQ(find("mute.example").status, DmarcFinding::Status::temperror);
    EXPECT_EQ(find("absent.example").status, DmarcFinding::Status::none);
}

TEST(Dmarc, asks_eight_times_at_most) {
    std::vector<std::string> asked;
    const auto finding = settled(find_dmarc(*DomainName::parse("a.b.c.d.e.f.g.h.i.j.deep.example")), &asked);
    EXPECT_EQ(asked.size(), 8U);
    EXPECT_EQ(asked[1], "_dmarc.f.g.h.i.j.deep.example");
    EXPECT_EQ(finding.organizational.text(), "deep.example");
}

TEST(Dmarc, aligns_by_organisation_or_strictly) {
    const auto author = *DomainName::parse("example.com");
    const auto sub = *DomainName::parse("bounce.example.com");
    EXPECT_TRUE(settled(is_aligned(author, sub, false)));
    EXPECT_FALSE(settled(is_aligned(author, sub, true)));
    EXPECT_FALSE(settled(is_aligned(author, *DomainName::parse("deep.example"), false)));
    EXPECT_FALSE(settled(is_aligned(author, *DomainName::parse("x.team.example.com"), false)));
}

TEST(Dmarc, asks_strangers_whether_they_take_reports) {
    const auto known = settled(check_report_destinations(find("example.com")));
    ASSERT_EQ(known.size(), 2U);
    EXPECT_FALSE(known[0].external);
    EXPECT_TRUE(known[1].external && known[1].authorized);
    const auto stranger = settled(check_report_destinations(find("stranger.example")));
    ASSERT_EQ(stranger.size(), 1U);
    EXPECT_FALSE(stranger[0].authorized);
}

TEST(DmarcRecord, names_what_means_nothing) {
    const auto record = parse_dmarc("v=DMARC1; p=reject; pct=50; police=x");
    ASSERT_TRUE(record);
    EXPECT_EQ(record->oddities.size(), 2U);
    EXPECT_FALSE(parse_dmarc("v=DMARC1; p=refuse"));
    EXPECT_FALSE(is_dmarc("v=DMARC12; p=none"));
    EXPECT_TRUE(is_dmarc("v = DMARC1 ;p=none"));
}

}  // namespace
}  // namespace postern::identity
