// SPDX-License-Identifier: Apache-2.0
#include "wire/milter_answer.hpp"

#include "wire/milter_talk.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using namespace milter_talk;
using namespace std::string_literals;
using Kind = MilterHeaderChange::Kind;

TEST(MilterAnswer, puts_the_verdict_behind_all_changes) {
    MilterChanges changes;
    changes.headers = {{Kind::add, 0, "X-A", "1"}, {Kind::insert, 1, "X-B", "2"}, {Kind::change, 1, "X-C", ""}};
    changes.sender = "<b@example.com>";
    changes.added = {"<c@example.com>"};
    changes.deleted = {"<d@example.com>"};
    changes.body = "new\r\n";
    changes.quarantine = "held";
    const auto octets = encode_milter_changes(changes, all_actions, true);
    ASSERT_TRUE(octets);
    EXPECT_EQ(*octets, milter_frame('h', "X-A\0 1\0"sv) + milter_frame('i', "\0\0\0\1X-B\0 2\0"sv) +
                           milter_frame('m', "\0\0\0\1X-C\0\0"sv) + milter_frame('e', "<b@example.com>\0"sv) +
                           milter_frame('+', "<c@example.com>\0"sv) + milter_frame('-', "<d@example.com>\0"sv) +
                           milter_frame('b', "new\r\n"sv) + milter_frame('q', "held\0"sv) + milter_frame('a', {}));
    EXPECT_EQ(*encode_milter_changes({}, 0, false), milter_frame('a', {}));
}

TEST(MilterAnswer, sends_a_body_in_chunks_that_every_mta_takes) {
    MilterChanges changes;
    changes.body = std::string(65'536, 'x');
    EXPECT_EQ(*encode_milter_changes(changes, all_actions, true),
              milter_frame('b', std::string(65'535, 'x')) + milter_frame('b', "x") + milter_frame('a', {}));
    changes.body = "";
    EXPECT_EQ(*encode_milter_changes(changes, all_actions, true), milter_frame('b', {}) + milter_frame('a', {}));
}

TEST(MilterAnswer, makes_no_change_that_was_not_granted) {
    MilterChanges changes;
    changes.headers = {{Kind::add, 0, "X-A", "1"}};
    changes.quarantine = "held";
    const auto refused = encode_milter_changes(changes, MilterAction::add_header, true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "milter.change.not_granted");
}

TEST(MilterAnswer, cannot_be_broken_out_of) {
    for (const auto& [name, value] : {std::pair{"X-A"s, "1\nX-B: 2"s},
                                      {"X-A", "1\n"},
                                      {"X-A", "1\r\n 2"},
                                      {"X-A", "1\0"s + '\0'},
                                      {"X A", "1"},
                                      {"X:", "1"},
                                      {"", "1"},
                                      {"X-\xc3", "1"},
                                      {"X-A", ""},
                                      {"X-A", std::string(MilterChanges::max_value + 1, 'x')}}) {
        MilterChanges changes;
        changes.headers = {{Kind::add, 0, "X-Good", "1"}, {Kind::add, 0, name, value}};
        EXPECT_FALSE(encode_milter_changes(changes, all_actions, true)) << name << " " << value.substr(0, 20);
    }
    MilterChanges folded;
    folded.headers = {{Kind::add, 0, "X-A", "1\n\t2"},
                      {Kind::add, 0, "X-B", std::string(MilterChanges::max_value, 'x')}};
    EXPECT_TRUE(encode_milter_changes(folded, all_actions, true));
    for (const char* address : {"", "a\r\nb", "a\x01"}) {
        MilterChanges changes;
        changes.added = {address};
        EXPECT_FALSE(encode_milter_changes(changes, all_actions, true)) << address;
    }
}

TEST(MilterAnswer, refuses_in_one_clean_line) {
    std::string out;
    append_milter_refusal(out, SmtpRefusal::permanent("m6.relay.denied", "100% no\r\n250 yes\xc3"));
    EXPECT_EQ(out, milter_frame('y', "550 5.7.1 100%% no??250 yes?\0"sv));
}

TEST(SmtpRefusal, is_permanent_by_a_named_rule_only) {
    EXPECT_TRUE(SmtpRefusal::permanent("m1.infected", "x").is_permanent());
    EXPECT_EQ(SmtpRefusal::permanent("", "x").line(), "451 4.7.1 x");
    EXPECT_EQ(SmtpRefusal::permanent("r", "x", 450, "4.1.1").line(), "550 5.7.1 x");
    EXPECT_EQ(SmtpRefusal::temporary("x", 550, "5.7.1").line(), "451 4.7.1 x");
    EXPECT_EQ(SmtpRefusal::temporary("x", 452, "4.5.3").line(), "452 4.5.3 x");
    EXPECT_EQ(SmtpRefusal::temporary(std::string(SmtpRefusal::max_text + 1, 'x')).line().size(),
              10 + SmtpRefusal::max_text);
}

}  // namespace
}  // namespace postern::wire
