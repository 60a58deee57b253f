// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace postern {
namespace {

TEST(Printable, leaves_ordinary_text_alone) {
    EXPECT_EQ(printable("Listed, see https://example.org/?a=1&b=2"), "Listed, see https://example.org/?a=1&b=2");
    EXPECT_EQ(printable("K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\x93\xac"), "K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\x93\xac");
}

TEST(Printable, shows_control_and_hiding_characters_as_octets) {
    EXPECT_EQ(printable("\x1b[31mred\r\n\x07"), "\\x1b[31mred\\x0d\\x0a\\x07");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\xc2\\x9b31m");                                           // C1 control sequence introducer
    EXPECT_EQ(printable("exe\xe2\x80\xaetxt"), "exe\\xe2\\x80\\xaetxt");  // right-to-left override
    EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Printable, shows_octets_that_are_no_utf8) {
    EXPECT_EQ(printable("\xff"), "\\xff");
    EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
    EXPECT_EQ(printable("a\xe2\x82"), "a\\xe2\\x82");         // cut short
}

TEST(Printable, stops_at_its_limit_and_says_so) {
    EXPECT_EQ(printable("abcd", 4), "abcd");
    EXPECT_EQ(printable("abcde", 4), "abcd...");
}

TEST(HtmlEscape, leaves_no_markup) {
    EXPECT_EQ(html_escape("<script>\"&'\x1b"), "&lt;script&gt;&quot;&amp;&#39;\\x1b");
}

TEST(CsvField, quotes_and_disarms) {
    EXPECT_EQ(csv_field("plain"), "plain");
    EXPECT_EQ(csv_field("a,\"b\""), "\"a,\"\"b\"\"\"");
    EXPECT_EQ(csv_field("=1+1"), "'=1+1");
    EXPECT_EQ(csv_field("@cmd x"), "\"'@cmd x\"");
}

TEST(Nearest, finds_a_slip_and_nothing_far_off) {
    constexpr std::array<std::string_view, 3> words{"resolver", "root_hints", "timeout"};
    EXPECT_EQ(nearest("resolvr", words), "resolver");
    EXPECT_EQ(nearest("time_out", words), "timeout");
    EXPECT_EQ(nearest("banana", words), "");
    EXPECT_EQ(nearest("", words), "");
}

}  // namespace
}  // namespace postern
