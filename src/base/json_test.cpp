// SPDX-License-Identifier: Apache-2.0
#include "base/json.hpp"

#include <gtest/gtest.h>

namespace postern::json {
namespace {

TEST(Json, writes_one_member_a_line) {
    EXPECT_EQ(pretty(object{{"a", 1}, {"b", array{1, "x"}}, {"c", object{}}}),
              "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    \"x\"\n  ],\n  \"c\": {}\n}\n");
}

TEST(Json, takes_any_octets_as_text) { EXPECT_EQ(serialize(text("a\xff\x1b\"")), R"("a\\xff\\x1b\"")"); }

TEST(Json, says_where_a_document_is_broken) {
    EXPECT_EQ(parse(R"({"a":1})")->as_object().at("a").as_int64(), 1);
    EXPECT_EQ(parse(R"({"a":)").error().code, "json.malformed");
    EXPECT_EQ(parse(R"({"a":1} x)").error().code, "json.malformed");
    EXPECT_FALSE(parse(std::string(33, '[') + std::string(33, ']')));
    EXPECT_TRUE(parse(std::string(32, '[') + std::string(32, ']')));
}

}  // namespace
}  // namespace postern::json
