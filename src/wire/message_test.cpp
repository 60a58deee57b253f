// SPDX-License-Identifier: Apache-2.0
#include "wire/message.hpp"

#include "wire/base64.hpp"

#include <gmock/gmock.h>

namespace postern::wire {
namespace {

TEST(Message, keeps_fields_octet_by_octet) {
    const auto message = parse_message("Subject: one\r\n two\r\nX-Empty:\r\n\r\nbody\r\n");
    ASSERT_TRUE(message);
    ASSERT_EQ(message->fields.size(), 2U);
    EXPECT_EQ(message->fields[0].raw, "Subject: one\r\n two\r\n");
    EXPECT_EQ(message->fields[0].value(), "one two");
    EXPECT_EQ(message->first("x-empty")->value(), "");
    EXPECT_EQ(message->body, "body\r\n");
}

TEST(Message, may_end_in_its_header) {
    const auto message = parse_message("Subject: one");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->fields.at(0).value(), "one");
}

TEST(Message, names_the_line_that_is_no_field) {
    EXPECT_EQ(parse_message("A: 1\r\n folded\r\nno field\r\n").error().message, "line 3 is no header field");
}

TEST(Message, has_a_bounded_header) {
    std::string fields;
    for (std::size_t i = 0; i < max_header_fields; ++i) fields += "A: 1\r\n";
    EXPECT_TRUE(parse_message(fields));
    EXPECT_EQ(parse_message(fields + "A: 1\r\n").error().code, "message.header.too_many_fields");
    EXPECT_EQ(parse_message("A: " + std::string(max_header_octets, 'x')).error().code, "message.header.too_long");
}

TEST(Message, saved_with_other_line_ends_gets_its_own_back) {
    EXPECT_EQ(from_file("From a@b Tue\nA: 1\n\nx\ry\r\nz"), "A: 1\r\n\r\nx\r\ny\r\nz");
}

struct Boxes {
    const char* name;
    const char* value;
    std::vector<std::string> expected;
};
class Mailboxes : public testing::TestWithParam<Boxes> {};
TEST_P(Mailboxes, are_found) { EXPECT_EQ(mailboxes(GetParam().value), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(
    forms, Mailboxes,
    testing::Values(Boxes{"bare", "a@b.example", {"a@b.example"}}, Boxes{"named", "A B <a@b.example>", {"a@b.example"}},
                    Boxes{"quoted_comma", "\"B, A\" <a@b.example>", {"a@b.example"}},
                    Boxes{"address_in_the_name", "\"x@bank.example\" <a@b.example>", {"a@b.example"}},
                    Boxes{"escaped_quote_in_the_name", "\"a \\\" mark\" <a@b.example>", {"a@b.example"}},
                    Boxes{"escaped_backslash_ends_the_name",
                          "\"x\\\\\" <a@b.example>, c@d.example",
                          {"a@b.example", "c@d.example"}},
                    Boxes{"quoted_local_part", "<\"a \\\" > b\"@b.example>", {"\"a \\\" > b\"@b.example"}},
                    Boxes{"quoted_local_part_bare", "\"a,b\"@b.example", {"\"a,b\"@b.example"}},
                    Boxes{"name_that_never_closes", "\"a <a@b.example>", {}}, Boxes{"escape_at_the_end", "\"a\\", {}},
                    Boxes{"two", "a@b.example, <c@d.example>", {"a@b.example", "c@d.example"}},
                    Boxes{"comment", "a@b.example (not c@d.example)", {"a@b.example"}},
                    Boxes{"group", "team: a@b.example, c@d.example;", {"a@b.example", "c@d.example"}},
                    Boxes{"none", "undisclosed", {}}),
    [](const auto& info) { return info.param.name; });

TEST(Base64, goes_both_ways) {
    for (const std::string octets : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
        EXPECT_EQ(decode_base64(encode_base64(octets)), octets);
    EXPECT_EQ(encode_base64("foob"), "Zm9vYg==");
    EXPECT_EQ(decode_base64("Zm9v\r\n Yg"), "foob");
}

TEST(Base64, refuses_what_is_none) {
    for (const char* text : {"Zm9vY", "Zm=v", "Zm9v!", "Zg===", "Zg=", "=Zg="})
        EXPECT_FALSE(decode_base64(text)) << text;
}

}  // namespace
}  // namespace postern::wire
