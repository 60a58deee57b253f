// SPDX-License-Identifier: Apache-2.0
#include "base/mail_address.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

struct Row {
    const char* name;
    std::string path;
    std::string text;  // "!": refused
    bool routed = false;
};
class Paths : public testing::TestWithParam<Row> {};

TEST_P(Paths, are_read_one_way) {
    const auto address = MailAddress::parse(GetParam().path);
    if (GetParam().text == "!") {
        EXPECT_FALSE(address) << address->text();
    } else {
        ASSERT_TRUE(address) << address.error().message;
        EXPECT_EQ(address->text(), GetParam().text);
        EXPECT_EQ(address->routed(), GetParam().routed);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Paths,
    testing::Values(
        Row{"plain", "<anna@example.com>", "anna@example.com"},
        Row{"without_brackets", "anna@example.com", "anna@example.com"}, Row{"null", "<>", ""},
        Row{"postmaster", "<postmaster>", "postmaster"}, Row{"case", "<Anna@EXAMPLE.com>", "Anna@example.com"},
        Row{"final_dot", "<anna@example.com.>", "anna@example.com"},
        Row{"quoted", "<\"anna\"@example.com>", "anna@example.com"},
        Row{"quoted_blank", "<\"a b\"@example.com>", "a b@example.com", true},
        Row{"escaped", "<\"a\\@b\"@example.com>", "a@b@example.com", true},
        Row{"percent", "<victim%plain.example@example.com>", "victim%plain.example@example.com", true},
        Row{"bang", "<plain.example!victim@example.com>", "plain.example!victim@example.com", true},
        Row{"bang_alone", "<plain.example!victim>", "plain.example!victim", true},
        Row{"quoted_address", "<\"victim@plain.example\"@example.com>", "victim@plain.example@example.com", true},
        Row{"quoted_address_alone", "<\"victim@plain.example\">", "victim@plain.example", true},
        Row{"quoted_percent", "<\"victim%plain.example\"@example.com>", "victim%plain.example@example.com", true},
        Row{"double_at", "<victim@plain.example@example.com>", "!"},
        Row{"route", "<@example.com:victim@plain.example>", "victim@plain.example", true},
        Row{"route_of_two", "<@a.example,@b.example:victim@plain.example>", "victim@plain.example", true},
        Row{"route_without_end", "<@example.com>", "!"},
        Row{"pipe", "<\"|/bin/sh\"@example.com>", "|/bin/sh@example.com", true},
        Row{"path", "<\"/etc/passwd\"@example.com>", "/etc/passwd@example.com", true},
        Row{"literal", "<anna@[192.0.2.1]>", "anna@[192.0.2.1]"},
        Row{"literal_v6", "<anna@[IPv6:2001:db8::1]>", "anna@[IPv6:2001:db8::1]"},
        Row{"literal_of_nothing", "<anna@[192.0.2]>", "!"}, Row{"one_bracket", "<anna@example.com", "!"},
        Row{"other_bracket", "anna@example.com>", "!"}, Row{"two_brackets", "<<anna@example.com>>", "!"},
        Row{"comment", "<anna(x)@example.com>", "!"}, Row{"blank", "<anna @example.com>", "!"},
        Row{"open_quote", "<\"anna@example.com>", "!"}, Row{"quoted_nothing", "<\"\"@example.com>", "!"},
        Row{"quoted_bracket", "<\"a<\"@example.com>", "a<@example.com", true}, Row{"empty_local", "<@>", "!"},
        Row{"empty_domain", "<anna@>", "!"}, Row{"dots_only", "<anna@..>", "!"},
        Row{"line_end", "<anna@example.com\r\nRCPT TO:<x@y>>", "!"},
        Row{"zero", std::string("<an\0na@example.com>", 19), "!"},
        Row{"domain_with_percent", "<anna@plain.example%example.com>", "!"},
        Row{"domain_with_port", "<anna@example.com:25>", "!"},
        Row{"utf8_local", "<\xC3\xA4nna@example.com>", "\xC3\xA4nna@example.com"},
        Row{"utf8_domain",
            "<anna@b\xC3\xBC"
            "cher.example>",
            "anna@b\xC3\xBC"
            "cher.example"},
        Row{"local_at_limit", "<" + std::string(64, 'a') + "@b.example>", std::string(64, 'a') + "@b.example"},
        Row{"local_over_limit", "<" + std::string(65, 'a') + "@b.example>", "!"},
        Row{"path_over_limit", "<" + std::string(260, 'a') + ">", "!"}),
    [](const auto& row) { return row.param.name; });

TEST(MailAddress, cut_anywhere_it_is_read_or_refused) {
    const std::string path = "<@a.example:\"v\\\"x\"@[IPv6:2001:db8::1]>";
    for (std::size_t cut = 0; cut <= path.size(); ++cut) (void)MailAddress::parse(path.substr(0, cut));
    EXPECT_TRUE(MailAddress::parse(path));
}

}  // namespace
}  // namespace postern
