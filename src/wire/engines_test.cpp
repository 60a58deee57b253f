// SPDX-License-Identifier: Apache-2.0
// What scanners answer, and what that means: only an exact OK is clean.
#include "wire/clamd.hpp"
#include "wire/rspamd.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using Kind = ScanVerdict::Kind;

struct Row {
    const char* name;
    std::string answer;
    Kind kind;
    const char* detail;  // name of the find, or the code
};
class ClamdAnswers : public testing::TestWithParam<Row> {};

TEST_P(ClamdAnswers, mean_one_thing) {
    const ScanVerdict verdict = read_clamd_answer(GetParam().answer);
    EXPECT_EQ(verdict.kind, GetParam().kind);
    EXPECT_EQ(verdict.kind == Kind::infected ? verdict.name : verdict.code, GetParam().detail);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ClamdAnswers,
    testing::Values(
        Row{"clean", "stream: OK", Kind::clean, ""}, Row{"clean_by_descriptor", "fd[12]: OK", Kind::clean, ""},
        Row{"found", "stream: Eicar-Test-Signature FOUND", Kind::infected, "Eicar-Test-Signature"},
        Row{"found_by_descriptor", "fd[10]: Win.Test FOUND", Kind::infected, "Win.Test"},
        Row{"a_name_that_claims_to_be_fine", "stream: OK FOUND", Kind::infected, "OK"},
        Row{"locked", "stream: Heuristics.Encrypted.Zip FOUND", Kind::unscannable, "scan.encrypted"},
        Row{"limits", "stream: Heuristics.Limits.Exceeded.MaxFiles FOUND", Kind::unscannable, "scan.limits"},
        Row{"too_large", "INSTREAM size limit exceeded. ERROR", Kind::unscannable, "scan.too_large"},
        Row{"fault", "fd[10]: Can't allocate memory ERROR", Kind::unscannable, "scan.error"},
        Row{"nothing", "", Kind::unscannable, "scan.no_answer"}, Row{"only_ok", "OK", Kind::unscannable, "scan.error"},
        Row{"ok_and_more", "stream: OK\nstream: X FOUND", Kind::infected, "OK\nstream: X"},
        Row{"no_name", "stream:  FOUND", Kind::unscannable, "scan.error"},
        Row{"cut", "stream: O", Kind::unscannable, "scan.error"},
        Row{"endless", std::string(max_clamd_answer, 'a'), Kind::unscannable, "scan.error"}),
    [](const auto& row) { return row.param.name; });

TEST(Clamd, a_piece_stands_behind_its_length) {
    EXPECT_EQ(clamd_piece(std::string(258, 'a')).substr(0, 5), std::string("\0\0\1\2a", 5));
    EXPECT_EQ(clamd_piece(""), std::string(4, '\0'));
}

TEST(Rspamd, an_answer_becomes_values) {
    const auto verdict = read_rspamd_answer(
        R"({"is_skipped":false,"score":15.5,"required_score":15,"action":"reject","symbols":{"SMALL":{"score":0.1},"BIG":{"score":-7}},"messages":{"smtp_message":"Gtube pattern"}})");
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->action, "reject");
    EXPECT_EQ(verdict->score, 15.5);
    EXPECT_EQ(verdict->symbols.front().name, "BIG");
    EXPECT_EQ(verdict->message, "Gtube pattern");
    EXPECT_FALSE(verdict->gtube());
}

TEST(Rspamd, what_is_no_judgement_is_an_error) {
    EXPECT_EQ(read_rspamd_answer("").error().code, "rspamd.malformed");
    EXPECT_EQ(read_rspamd_answer("[]").error().code, "rspamd.malformed");
    EXPECT_EQ(read_rspamd_answer(R"({"action":"no action"})").error().code, "rspamd.malformed");
    EXPECT_EQ(read_rspamd_answer(R"({"action":"bless","score":0})").error().code, "rspamd.malformed");
    EXPECT_EQ(read_rspamd_answer(R"({"action":"no action","score":"0"})").error().code, "rspamd.malformed");
    EXPECT_EQ(read_rspamd_answer(R"({"is_skipped":true,"action":"no action","score":0})").error().code,
              "rspamd.skipped");
    EXPECT_EQ(read_rspamd_answer(R"({"error":"no memory"})").error().message, "rspamd says: no memory");
}

TEST(Rspamd, the_test_message_is_a_verdict_although_its_scan_was_skipped) {
    // As rspamd 3.4 says it.
    const auto verdict = read_rspamd_answer(
        R"({"is_skipped":true,"score":15.0,"required_score":15.0,"action":"reject","symbols":{"GTUBE":{"name":"GTUBE","score":0.0,"metric_score":0.0}},"messages":{"smtp_message":"Gtube pattern"},"message-id":"undef","time_real":0.001466})");
    ASSERT_TRUE(verdict);
    EXPECT_TRUE(verdict->gtube());
    EXPECT_EQ(verdict->score, 15);
}

TEST(Rspamd, the_number_of_symbols_has_a_limit) {
    std::string symbols;
    for (std::size_t i = 0; i <= SpamVerdict::max_symbols; ++i)
        symbols += (i ? ",\"S" : "\"S") + std::to_string(i) + "\":{}";
    const auto verdict = read_rspamd_answer(R"({"score":0,"action":"no action","symbols":{)" + symbols + "}}");
    EXPECT_EQ(verdict->symbols.size(), SpamVerdict::max_symbols);
}

TEST(Rspamd, no_field_begins_another) {
    const auto fields =
        rspamd_fields({.client_ip = "203.0.113.7", .helo = "a\r\nUser: root", .recipients = {"a@b", "c@d\n"}});
    EXPECT_EQ(fields.at("helo"), "aUser: root");
    EXPECT_EQ(fields.at("rcpt"), "a@b,c@d");
    EXPECT_FALSE(fields.contains("user"));
}

}  // namespace
}  // namespace postern::wire
