// SPDX-License-Identifier: Apache-2.0
// Health and check stepped by hand, as a server that answers from a small table.
#include "reputation/list_check.hpp"

#include <gtest/gtest.h>

#include <map>

namespace postern::reputation {
namespace {
using dns::Outcome;
using namespace std::chrono_literals;

DomainName name(std::string_view text) { return *DomainName::parse(text); }

List simple_list() {
    List list;
    list.zone = name("bl.example");
    list.tier = 1;
    list.kinds = {Kind::ip4, Kind::ip6};
    list.codes = {{.code = *CodePattern::parse("127.0.0.2"), .sentence = "listed"}};
    return list;
}

/// What the zone holds; everything else is denied by `soa`, or meets `otherwise`.
struct Zone {
    std::map<std::string, std::string> listed;  // prefix -> address
    std::string soa = "bl.example";
    Outcome otherwise = Outcome::no_name;
    std::vector<std::string> asked;

    dns::Answer answer(const dns::Question& question) {
        const std::string text(question.name.text());
        asked.push_back((question.type == dns::Type::txt ? "TXT " : "") + text);
        dns::Answer answer{.question = question, .outcome = otherwise};
        const auto found = listed.find(text.substr(0, text.size() - std::string_view(".bl.example").size()));
        if (found != listed.end() && question.type == dns::Type::a) {
            answer.outcome = Outcome::found;
            answer.records = {{question.name, dns::Type::a, {}, *IpAddress::parse(found->second)}};
        } else if (found != listed.end()) {
            answer.outcome = Outcome::found;
            answer.records = {{question.name, dns::Type::txt, {}, dns::Txt{{"why ", text}}}};
        } else if (!soa.empty()) {
            answer.soa = name(soa);
        }
        return answer;
    }

    template <class M>
    typename M::Result play(M machine) {
        std::vector<dns::Answer> answers;
        for (;;) {
            auto step = machine.step(answers);
            if (auto* result = std::get_if<typename M::Result>(&step)) return *result;
            answers.clear();
            for (const auto& question : std::get<dns::Questions>(step)) answers.push_back(answer(question));
        }
    }
};

const Subject subject{*IpAddress::parse("203.0.113.7")};
const Health healthy{Health::State::healthy, std::nullopt};
const Health unproven{Health::State::unproven, std::nullopt};

class HealthOf : public testing::Test {
protected:
    Health check(Zone& zone, Kind kind = Kind::ip4) { return zone.play(HealthCheck(list, kind, {})); }
    List list = simple_list();
};

TEST_F(HealthOf, a_list_with_its_test_entry_and_without_negatives_is_good) {
    Zone zone{.listed = {{"2.0.0.127", "127.0.0.2"}}, .asked = {}};
    EXPECT_EQ(check(zone).state, Health::State::healthy);
    EXPECT_EQ(zone.asked,
              (std::vector<std::string>{"2.0.0.127.bl.example", "1.0.0.127.bl.example", "4.0.41.198.bl.example",
                                        "241.5.5.192.bl.example", "129.14.0.193.bl.example"}));
}

TEST_F(HealthOf, ipv6_is_tested_with_mapped_addresses) {
    Zone zone{.listed = {{"2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "127.0.0.2"}},
              .asked = {}};
    EXPECT_EQ(check(zone, Kind::ip6).state, Health::State::healthy);
}

TEST_F(HealthOf, is_broken_when_the_rfcs_negative_is_listed) {
    Zone zone{.listed = {{"2.0.0.127", "127.0.0.2"}, {"1.0.0.127", "127.0.0.2"}}, .asked = {}};
    const Health health = check(zone);
    EXPECT_EQ(health.state, Health::State::broken);
    EXPECT_EQ(health.reason->code, "list.lists_everything");
}

TEST_F(HealthOf, is_good_when_some_but_not_all_neighbours_are_listed) {
    Zone zone{.listed = {{"2.0.0.127", "127.0.0.2"}, {"4.0.41.198", "127.0.0.2"}, {"129.14.0.193", "127.0.0.2"}},
              .asked = {}};
    EXPECT_EQ(check(zone).state, Health::State::healthy);
    zone.listed["241.5.5.192"] = "127.0.0.2";
    EXPECT_EQ(check(zone).state, Health::State::broken);
}

TEST_F(HealthOf, is_broken_without_a_test_entry_that_must_be_there_and_unproven_otherwise) {
    Zone zone;
    EXPECT_EQ(check(zone).reason->code, "list.test_point_absent");
    list.test.certain = false;
    EXPECT_EQ(check(zone).state, Health::State::unproven);
}

TEST_F(HealthOf, is_unavailable_when_refused_or_silent_and_that_is_not_remembered) {
    Zone refusing{.listed = {{"2.0.0.127", "127.255.255.254"}}, .asked = {}};
    EXPECT_EQ(check(refusing).state, Health::State::unavailable);
    EXPECT_EQ(check(refusing).reason->code, "list.refused");
    Zone silent{.listed = {}, .soa = "", .otherwise = Outcome::timed_out, .asked = {}};
    EXPECT_EQ(check(silent).state, Health::State::unavailable);
    EXPECT_EQ(remember_for(check(silent), list), 0ms);
    EXPECT_EQ(remember_for(healthy, list), 4h);
}

class Check : public testing::Test {
protected:
    Finding check(Zone& zone, Health health, bool fresh) {
        return zone.play(ListCheck(list, subject, {}, std::move(health), fresh));
    }
    List list = simple_list();
};

TEST_F(Check, asks_for_the_text_of_the_subject_and_only_behind_a_listing) {
    Zone zone{.listed = {{"7.113.0.203", "127.0.0.2"}}, .asked = {}};
    const Finding finding = check(zone, healthy, true);
    EXPECT_EQ(finding.verdict.status, Status::listed);
    EXPECT_EQ(finding.text, "why 7.113.0.203.bl.example");
    EXPECT_EQ(zone.asked, (std::vector<std::string>{"7.113.0.203.bl.example", "TXT 7.113.0.203.bl.example"}));
    Zone empty;
    EXPECT_EQ(check(empty, healthy, true).verdict.status, Status::clean);
    EXPECT_EQ(empty.asked.size(), 1U);
}

TEST_F(Check, does_not_ask_a_list_that_is_broken) {
    Zone zone;
    const Finding finding = check(zone, {Health::State::broken, Reason{"list.lists_everything", "x", ""}}, true);
    EXPECT_EQ(finding.verdict.status, Status::broken);
    EXPECT_TRUE(zone.asked.empty());
}

TEST_F(Check, with_remembered_health_asks_the_test_point_again_where_the_zone_did_not_deny) {
    Zone zone{.listed = {{"2.0.0.127", "127.0.0.2"}}, .soa = "", .asked = {}};
    EXPECT_EQ(check(zone, healthy, false).verdict.status, Status::clean);
    EXPECT_EQ(zone.asked, (std::vector<std::string>{"7.113.0.203.bl.example", "2.0.0.127.bl.example"}));
    Zone gone{.listed = {}, .soa = "", .asked = {}};
    EXPECT_EQ(check(gone, healthy, false).verdict.status, Status::broken);
}

TEST_F(Check, of_an_unproven_list_believes_listings_and_only_proven_absences) {
    Zone listing{.listed = {{"7.113.0.203", "127.0.0.2"}}, .asked = {}};
    EXPECT_EQ(check(listing, unproven, true).verdict.status, Status::listed);
    Zone denied;
    EXPECT_EQ(check(denied, unproven, true).verdict.status, Status::clean);
    Zone nobody{.listed = {}, .soa = "", .asked = {}};
    EXPECT_EQ(check(nobody, unproven, true).verdict.status, Status::unknown);
}

TEST_F(Check, asks_an_ipv6_address_also_as_its_64_where_the_list_works_so) {
    list.ip6_query = Ip6Query::both;
    Zone zone{.listed = {{"2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2", "127.0.0.2"}}, .asked = {}};
    const Finding finding =
        zone.play(ListCheck(list, Subject(*IpAddress::parse("2001:db8:1:2::25")), {}, healthy, true));
    EXPECT_EQ(finding.verdict.status, Status::listed);
    EXPECT_EQ(zone.asked.size(), 3U);
}

}  // namespace
}  // namespace postern::reputation
