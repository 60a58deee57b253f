// SPDX-License-Identifier: Apache-2.0
// The reports, from rows made by hand.
#include "app/catalogue/load.hpp"
#include "app/lists/report.hpp"
#include "app/lists/weight_line.hpp"

#include "base/json.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

using namespace reputation;

class Reports : public testing::Test {
protected:
    Row row(std::string_view zone, Verdict verdict, std::string text = {}) {
        Row made{.list = catalogue.find(*DomainName::parse(zone))->list, .parts = {}, .finding = {}, .since = {}};
        made.finding.verdict = std::move(verdict);
        made.finding.text = std::move(text);
        return made;
    }
    static Verdict listed(std::string_view code, std::string part, int tier) {
        return {.status = Status::listed,
                .hits = {{*IpAddress::parse(code), Effect::block, "infected", std::move(part), tier}}};
    }
    static Verdict unknown() {
        return {.status = Status::unknown, .reason = Reason{"list.timed_out", "Silence: no answer.", ""}};
    }
    static Verdict clean() { return {.status = Status::clean, .proven = true}; }
    [[nodiscard]] std::string render(std::string format, std::vector<Row> rows) const {
        const auto renderer = make_renderer({.format = std::move(format), .catalogue = &catalogue});
        std::string out = renderer->begin();
        out += renderer->subject({Subject(*IpAddress::parse("203.0.113.7")), std::move(rows)});
        return out + renderer->end({.subjects = 1});
    }

    Catalogue catalogue = builtin_catalogue();
    const std::string hostile = "\x1b[31m<script>\"=1+1";
};

TEST_F(Reports, weigh_by_tier_and_not_by_count) {
    const auto line = [&](std::vector<Row> rows) {
        return weight_line({Subject(*IpAddress::parse("203.0.113.7")), std::move(rows)});
    };
    EXPECT_EQ(line({row("zen.spamhaus.org", listed("127.0.0.4", "xbl.spamhaus.org", 1)), row("bl.spamcop.net", clean()),
                    row("psbl.surriel.com", listed("127.0.0.2", "psbl.surriel.com", 2))}),
              "203.0.113.7: tier 1: listed on Spamhaus XBL, nothing unknown; minor lists: 1");
    EXPECT_EQ(line({row("zen.spamhaus.org", clean()), row("bl.spamcop.net", unknown())}),
              "203.0.113.7: tier 1: not listed (1 list), unknown on SpamCop; minor lists: 0");
    EXPECT_EQ(line({row("zen.spamhaus.org", unknown())}),
              "203.0.113.7: tier 1: no list gave a judgement, unknown on Spamhaus ZEN; minor lists: 0");
}

TEST_F(Reports, put_listings_first_whatever_the_order) {
    const std::string text = render("text", {row("bl.spamcop.net", unknown()),
                                             row("zen.spamhaus.org", listed("127.0.0.4", "xbl.spamhaus.org", 1))});
    EXPECT_LT(text.find("LISTED"), text.find("unknown"));
    EXPECT_NE(text.find("Look up: https://check.spamhaus.org/results/?query=203.0.113.7"), std::string::npos);
}

TEST_F(Reports, let_nothing_of_a_lists_text_out_raw) {
    for (const char* format : {"text", "json", "jsonl", "csv", "html"}) {
        const std::string out =
            render(format, {row("zen.spamhaus.org", listed("127.0.0.4", "xbl.spamhaus.org", 1), hostile)});
        EXPECT_EQ(out.find('\x1b'), std::string::npos) << format;
        EXPECT_NE(out.find("\\x1b"), std::string::npos) << format;
    }
    EXPECT_EQ(
        render("html", {row("zen.spamhaus.org", listed("127.0.0.4", "xbl.spamhaus.org", 1), hostile)}).find("<script"),
        std::string::npos);
}

TEST_F(Reports, are_json_that_programs_can_read) {
    const auto document =
        json::parse(render("json", {row("zen.spamhaus.org", listed("127.0.0.4", "xbl.spamhaus.org", 1)),
                                    row("bl.spamcop.net", unknown())}));
    ASSERT_TRUE(document);
    const auto& first = document->as_array().at(0).as_object();
    for (const char* key : {"subject", "zone", "kind", "tier", "status", "codes", "meanings", "text", "reason",
                            "lookup_url", "removal", "rtt_ms", "resolver"})
        EXPECT_TRUE(first.contains(key)) << key;
    EXPECT_EQ(first.at("status").as_string(), "listed");
    EXPECT_EQ(document->as_array().at(1).as_object().at("reason").as_object().at("code").as_string(), "list.timed_out");
}

TEST_F(Reports, of_no_rows_are_still_whole) {
    EXPECT_TRUE(json::parse(render("json", {})));
    EXPECT_EQ(render("jsonl", {}), "");
    EXPECT_TRUE(render("html", {}).ends_with("</body></html>\n"));
}

}  // namespace
}  // namespace postern::app
