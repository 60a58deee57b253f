// SPDX-License-Identifier: Apache-2.0
#include "wire/probe_token.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

constexpr const char* token = "postern-abcdefghij234567klmn";

struct Row {
    const char* name;
    std::string text;
    std::optional<ProbeToken> found;
};

class Tokens : public testing::TestWithParam<Row> {};

TEST_P(Tokens, are_found_where_they_stand) {
    EXPECT_EQ(find_probe_token(GetParam().text, [](std::string_view one) { return one == token; }), GetParam().found);
}

const std::optional<ProbeToken> bare = ProbeToken{token, ""};
const std::optional<ProbeToken> tagged = ProbeToken{token, "pct07"};

INSTANTIATE_TEST_SUITE_P(
    all, Tokens,
    testing::Values(Row{"alone", token, bare}, Row{"in_capitals", "POSTERN-ABCDEFGHIJ234567KLMN", bare},
                    Row{"with_a_tag", std::string(token) + "-pct07@x", tagged},
                    Row{"with_a_tag_in_capitals", std::string(token) + "-PCT07.example", tagged},
                    Row{"in_a_percent_form", std::string("x%") + token + "-pct07%probe.example@target", tagged},
                    Row{"in_a_bang_path", std::string("probe!") + token + "-pct07", tagged},
                    Row{"in_quotes", std::string("\"") + token + "-pct07@probe\"@x", tagged},
                    Row{"with_the_longest_tag", std::string(token) + "-0123456789abcdef",
                        ProbeToken{token, "0123456789abcdef"}},
                    Row{"with_a_tag_one_longer", std::string(token) + "-0123456789abcdefg", bare},
                    Row{"behind_another_that_is_not_open", std::string("postern-zzzzzzzzzzzzzzzzzzzz ") + token, bare},
                    Row{"behind_half_a_one", std::string("postern-abc postern-") + token, bare},
                    Row{"with_one_letter_more", std::string(token) + "a", std::nullopt},
                    Row{"with_one_letter_less", std::string(token).substr(0, 27), std::nullopt},
                    Row{"with_a_digit_that_is_none_of_its", "postern-abcdefghij234567klm1", std::nullopt},
                    Row{"inside_a_word", std::string("x") + token, std::nullopt}, Row{"in_nothing", "", std::nullopt}),
    [](const auto& info) { return info.param.name; });

TEST(Tokens, at_most_so_many_are_looked_up) {
    for (const std::size_t others : {most_candidates - 1, most_candidates}) {
        std::string text;
        for (std::size_t i = 0; i < others; ++i) text += "postern-zzzzzzzzzzzzzzzzzzzz ";
        const auto found = find_probe_token(text + token, [](std::string_view one) { return one == token; });
        EXPECT_EQ(found.has_value(), others < most_candidates);
    }
}

TEST(Tokens, are_made_of_random_octets) {
    EXPECT_EQ(make_probe_token(std::string(20, '\0')), "postern-aaaaaaaaaaaaaaaaaaaa");
    EXPECT_EQ(make_probe_token(std::string(20, '\xff')), "postern-77777777777777777777");
    EXPECT_TRUE(is_probe_token(make_probe_token("0123456789abcdefghij")));
    EXPECT_FALSE(is_probe_token("postern-AAAAAAAAAAAAAAAAAAAA"));
}

}  // namespace
}  // namespace postern::wire
