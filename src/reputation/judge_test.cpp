// SPDX-License-Identifier: Apache-2.0
// A row for each rule of reading a list, and for each way in which other checkers are known to get it wrong.
#include "reputation/judge.hpp"

#include <gtest/gtest.h>

namespace postern::reputation {
namespace {
using dns::Outcome;

DomainName name(std::string_view text) { return *DomainName::parse(text); }

Meaning exact(std::string_view code, std::string_view sentence, Effect effect = Effect::block) {
    return {.code = *CodePattern::parse(code), .effect = effect, .sentence = std::string(sentence)};
}

/// A union with exact codes, a range, a white code and a refusal of its own.
List union_list() {
    List list;
    list.zone = name("zen.example");
    list.name = "Union";
    list.tier = 1;
    list.kinds = {Kind::ip4, Kind::ip6};
    list.codes = {exact("127.0.0.2", "spam source"), exact("127.0.0.4-7", "infected"), exact("127.0.0.10", "policy"),
                  exact("127.0.0.99", "white", Effect::allow), exact("127.0.0.255", "over limit", Effect::refused)};
    list.codes[0].part = "sbl.example";
    list.codes[1].part = "xbl.example";
    for (const char* zone : {"sbl.example", "xbl.example"}) {
        Part part;
        part.zone = name(zone);
        part.name = zone;
        part.tier = 1;
        list.parts.push_back(part);
    }
    return list;
}

List bit_list() {
    List list;
    list.zone = name("multi.example");
    list.tier = 1;
    list.kinds = {Kind::domain};
    const auto bit = [](int mask, std::string_view sentence, Effect effect = Effect::block) {
        return Meaning{.code = static_cast<std::uint8_t>(mask), .effect = effect, .sentence = std::string(sentence)};
    };
    list.codes = {bit(1, "public resolver", Effect::refused), bit(8, "phish"), bit(64, "abuse")};
    return list;
}

List allow_list() {
    List list = union_list();
    list.role = Role::allow;
    list.codes = {exact("127.0.2-20.0-3", "known good", Effect::allow)};
    return list;
}

dns::Answer found(std::initializer_list<std::string_view> addresses) {
    dns::Answer answer{.question = {name("7.113.0.203.zen.example"), dns::Type::a}, .outcome = Outcome::found};
    for (const auto address : addresses)
        answer.records.push_back({answer.question.name, dns::Type::a, {}, *IpAddress::parse(address)});
    return answer;
}

dns::Answer absent(std::string_view soa, Outcome outcome = Outcome::no_name) {
    dns::Answer answer{.question = {name("7.113.0.203.zen.example"), dns::Type::a}, .outcome = outcome};
    if (!soa.empty()) answer.soa = name(soa);
    return answer;
}

dns::Answer failed(Outcome outcome) {
    return {.question = {name("7.113.0.203.zen.example"), dns::Type::a}, .outcome = outcome, .why = "a reason"};
}

struct Row {
    std::string_view name;
    List list;
    dns::Answer answer;
    Status status;
    std::string_view reason = {};
    std::size_t hits = 0;
};

class JudgeTable : public testing::TestWithParam<Row> {};

TEST_P(JudgeTable, judges) {
    const Verdict verdict = judge(GetParam().list, GetParam().answer);
    EXPECT_EQ(to_string(verdict.status), to_string(GetParam().status));
    EXPECT_EQ(verdict.reason ? verdict.reason->code : "", GetParam().reason);
    EXPECT_EQ(verdict.hits.size(), GetParam().hits);
}

const Row rows[] = {
    {"a_known_code_is_a_listing", union_list(), found({"127.0.0.2"}), Status::listed, "", 1},
    {"a_code_within_a_range_is_a_listing", union_list(), found({"127.0.0.6"}), Status::listed, "", 1},
    {"several_addresses_are_several_reasons", union_list(), found({"127.0.0.2", "127.0.0.4", "127.0.0.10"}),
     Status::listed, "", 3},
    {"bits_of_a_mask_are_several_reasons", bit_list(), found({"127.0.0.72"}), Status::listed, "", 2},
    {"a_bit_without_meaning_adds_nothing", bit_list(), found({"127.0.0.10"}), Status::listed, "", 1},
    {"a_mask_without_any_known_bit_is_unknown", bit_list(), found({"127.0.0.2"}), Status::unknown, "list.unknown_code"},
    {"an_answer_outside_loopback_is_broken", union_list(), found({"198.51.100.1"}), Status::broken,
     "list.outside_loopback"},
    {"one_answer_outside_loopback_among_codes_is_broken", union_list(), found({"127.0.0.2", "10.0.0.1"}),
     Status::broken, "list.outside_loopback"},
    {"bad_zone_name_is_a_refusal", union_list(), found({"127.255.255.252"}), Status::unknown, "list.refused"},
    {"public_resolver_is_a_refusal", union_list(), found({"127.255.255.254"}), Status::unknown, "list.refused"},
    {"too_many_questions_is_a_refusal", union_list(), found({"127.255.255.255"}), Status::unknown, "list.refused"},
    {"a_refusal_beside_a_code_stays_a_refusal", union_list(), found({"127.0.0.2", "127.255.255.254"}), Status::unknown,
     "list.refused"},
    {"a_refusal_in_the_lists_own_code", union_list(), found({"127.0.0.255"}), Status::unknown, "list.refused"},
    {"a_refusal_as_a_bit", bit_list(), found({"127.0.0.1"}), Status::unknown, "list.refused"},
    {"a_refusal_bit_beside_others_stays_a_refusal", bit_list(), found({"127.0.0.9"}), Status::unknown, "list.refused"},
    {"the_rfcs_negative_is_no_listing", union_list(), found({"127.0.0.1"}), Status::clean},
    {"a_code_without_meaning_is_unknown", union_list(), found({"127.0.0.77"}), Status::unknown, "list.unknown_code"},
    {"a_last_octet_above_fifteen_is_not_passed_over", union_list(), found({"127.0.0.254"}), Status::unknown,
     "list.unknown_code"},
    {"white_on_a_blocklist_is_clean", union_list(), found({"127.0.0.99"}), Status::clean, "", 1},
    {"an_allow_list_lists_nobody", allow_list(), found({"127.0.4.2"}), Status::clean, "", 1},
    {"own_zones_take_any_code", own_zone(name("zen.example")), found({"127.0.0.77"}), Status::listed, "", 1},
    {"own_zones_know_refusals_too", own_zone(name("zen.example")), found({"127.255.255.254"}), Status::unknown,
     "list.refused"},
    {"nxdomain_of_the_zone_is_clean", union_list(), absent("zen.example"), Status::clean},
    {"no_data_is_clean_too", union_list(), absent("zen.example", Outcome::no_data), Status::clean},
    {"nxdomain_of_the_top_level_means_the_list_is_gone", union_list(), absent("example"), Status::broken,
     "list.vanished"},
    {"nxdomain_of_the_root_means_the_list_is_gone", union_list(), absent("."), Status::broken, "list.vanished"},
    {"servfail_is_unknown_not_clean", union_list(), failed(Outcome::server_failure), Status::unknown,
     "list.server_failure"},
    {"silence_is_unknown_not_clean", union_list(), failed(Outcome::timed_out), Status::unknown, "list.timed_out"},
    {"refused_is_unknown_not_clean", union_list(), failed(Outcome::refused), Status::unknown, "list.server_refused"},
    {"unreachable_is_unknown_not_clean", union_list(), failed(Outcome::unreachable), Status::unknown,
     "list.unreachable"},
    {"bogus_is_unknown_whatever_it_carries", union_list(), failed(Outcome::bogus), Status::unknown, "list.bogus"},
    {"malformed_is_unknown", union_list(), failed(Outcome::malformed), Status::unknown, "list.malformed"},
    {"interrupted_is_unknown", union_list(), failed(Outcome::not_asked), Status::unknown, "list.interrupted"},
};

INSTANTIATE_TEST_SUITE_P(Rules, JudgeTable, testing::ValuesIn(rows),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Judge, tells_whether_the_zone_itself_denied) {
    EXPECT_TRUE(judge(union_list(), absent("zen.example")).proven);
    List deep = union_list();
    deep.zone = name("all.rats.example");
    EXPECT_FALSE(judge(deep, absent("rats.example")).proven);
    EXPECT_FALSE(judge(deep, absent("")).proven);
}

TEST(Judge, names_the_part_of_each_hit) {
    const Verdict verdict = judge(union_list(), found({"127.0.0.2", "127.0.0.4", "127.0.0.10"}));
    EXPECT_EQ(verdict.hits[0].part, "sbl.example");
    EXPECT_EQ(verdict.hits[1].part, "xbl.example");
    EXPECT_EQ(verdict.hits[2].part, "zen.example");
}

TEST(Judge, restricted_to_a_part_sees_that_part_only) {
    const Verdict verdict = judge(union_list(), found({"127.0.0.4"}));
    EXPECT_EQ(restricted_to(verdict, {"xbl.example"}).status, Status::listed);
    EXPECT_EQ(restricted_to(verdict, {"sbl.example"}).status, Status::clean);
    EXPECT_EQ(restricted_to(verdict, {}).status, Status::listed);
}

}  // namespace
}  // namespace postern::reputation
