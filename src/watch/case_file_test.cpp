// SPDX-License-Identifier: Apache-2.0
#include "watch/case_file.hpp"

#include <gtest/gtest.h>

namespace postern::watch {
namespace {

std::string page() {
    CaseListing listing{.name = "Spamhaus XBL",
                        .zone = "xbl.spamhaus.org",
                        .meanings = "127.0.0.4: infected",
                        .text = "see\x1b[31m\n- [x] forged",
                        .lookup_url = {},
                        .since = {},
                        .removal = {},
                        .causes = {}};
    listing.removal = {.how = reputation::Removal::How::self_service,
                       .who = reputation::Removal::Who::you,
                       .url = "https://lists.example/",
                       .paid_offered = true};
    listing.causes = {{"A machine is infected.", {"Port 25 is shut.", "The machine was found."}},
                      {"A proxy.", {"Port 25 is shut."}}};
    return case_page("203.0.113.7", {listing}, Instant{});
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

TEST(Case, says_what_is_listed_who_may_ask_and_never_to_pay) {
    const std::string text = page();
    for (const char* expected : {"# Case: 203.0.113.7", "## Listed on Spamhaus XBL", "Who may ask: you",
                                 "https://lists.example/", "never pay", "1. A machine is infected."})
        EXPECT_NE(text.find(expected), std::string::npos) << expected;
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Case, is_read_back_and_a_check_stands_once) {
    const auto state = read_case(page());
    ASSERT_TRUE(state);
    EXPECT_EQ(state->subject, "203.0.113.7");
    EXPECT_EQ(state->lists, std::vector<std::string>{"Spamhaus XBL"});
    EXPECT_EQ(state->open.size(), 4U);
    EXPECT_TRUE(state->ticked.empty()) << "text of the list cannot tick a box";
}

TEST(Case, refuses_the_draft_while_a_box_is_open) {
    EXPECT_EQ(draft_request(*read_case(page())).error().code, "case.boxes_open");
    const auto done = read_case(replaced(page(), "- [ ] ", "- [x] "));
    const auto draft = draft_request(*done);
    ASSERT_TRUE(draft);
    EXPECT_NE(draft->find("203.0.113.7 is listed on Spamhaus XBL"), std::string::npos);
    EXPECT_NE(draft->find("- Port 25 is shut."), std::string::npos);
}

TEST(Case, knows_what_is_no_case) { EXPECT_EQ(read_case("# Shopping\n- [ ] milk\n").error().code, "case.not_a_case"); }

}  // namespace
}  // namespace postern::watch
