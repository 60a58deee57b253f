// SPDX-License-Identifier: Apache-2.0
#include "wire/milter_command.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using namespace std::string_view_literals;

template <class T>
T parsed(char command, std::string_view data) {
    const auto out = parse_milter_command({command, data});
    EXPECT_TRUE(out) << command;
    return out ? std::get<T>(*out) : T{};
}

TEST(MilterCommand, reads_each_field_of_a_client) {
    const auto v4 = parsed<MilterConnect>('C', "mail.example.com\0"
                                               "4\x00\x19"
                                               "192.0.2.1\0"sv);
    EXPECT_EQ(v4.host, "mail.example.com");
    EXPECT_EQ(v4.port, 25);
    EXPECT_EQ(v4.address, "192.0.2.1");
    EXPECT_EQ(parsed<MilterConnect>('C', "x\0"
                                         "6\0\0IPv6:2001:db8::1\0"sv)
                  .address,
              "2001:db8::1");
    EXPECT_EQ(parsed<MilterConnect>('C', "localhost\0U"sv).family, 'U');
    EXPECT_EQ(parsed<MilterConnect>('C', "localhost\0L\0\0/run/x\0"sv).address, "/run/x");
}

TEST(MilterCommand, reads_addresses_with_arguments) {
    const auto mail = parsed<MilterPath>('M', "<a@example.com>\0SIZE=10\0BODY=8BITMIME\0"sv);
    EXPECT_TRUE(mail.sender);
    EXPECT_EQ(mail.path, "<a@example.com>");
    EXPECT_EQ(mail.arguments, "SIZE=10\0BODY=8BITMIME\0"sv);
    EXPECT_FALSE(parsed<MilterPath>('R', "<>\0"sv).sender);
}

TEST(MilterCommand, gives_macros_in_pairs_without_braces) {
    auto macros = parsed<MilterMacros>('D', "Mi\0004XQ\0{auth_authen}\0anna\0"sv);
    EXPECT_EQ(macros.stage, 'M');
    std::string_view name, value;
    ASSERT_TRUE(MilterMacros::next(macros.pairs, name, value));
    EXPECT_EQ(name, "i");
    EXPECT_EQ(value, "4XQ");
    ASSERT_TRUE(MilterMacros::next(macros.pairs, name, value));
    EXPECT_EQ(name, "auth_authen");
    EXPECT_EQ(value, "anna");
    EXPECT_FALSE(MilterMacros::next(macros.pairs, name, value));
}

struct Broken {
    const char* name;
    char command;
    std::string_view data;
};

class MilterCommandBroken : public testing::TestWithParam<Broken> {};

TEST_P(MilterCommandBroken, is_refused) {
    const auto out = parse_milter_command({GetParam().command, GetParam().data});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, "milter.command.malformed");
}

INSTANTIATE_TEST_SUITE_P(
    Rows, MilterCommandBroken,
    testing::Values(Broken{"offer_short", 'O', "\0\0\0\6\0\0\0\1\0\0\0"sv}, Broken{"macros_empty", 'D', ""sv},
                    Broken{"macros_odd", 'D', "Mi\0"sv}, Broken{"macros_open", 'D', "Mi\0value"sv},
                    Broken{"connect_open_host", 'C', "host"sv}, Broken{"connect_no_family", 'C', "host\0"sv},
                    Broken{"connect_open_address", 'C',
                           "host\0"
                           "4\0\x19"
                           "192.0.2.1"sv},
                    Broken{"connect_behind", 'C',
                           "host\0"
                           "4\0\x19"
                           "192.0.2.1\0x"sv},
                    Broken{"connect_family", 'C',
                           "host\0"
                           "9\0\x19"
                           "192.0.2.1\0"sv},
                    Broken{"helo_open", 'H', "host"sv}, Broken{"helo_two", 'H', "host\0x\0"sv},
                    Broken{"mail_open", 'M', "<a@b>"sv}, Broken{"mail_empty", 'M', "\0"sv},
                    Broken{"mail_argument_open", 'M', "<a@b>\0SIZE"sv}, Broken{"rcpt_none", 'R', ""sv},
                    Broken{"header_one", 'L', "Subject\0"sv}, Broken{"header_open", 'L', "Subject\0x"sv},
                    Broken{"header_three", 'L', "Subject\0x\0y\0"sv}, Broken{"header_unnamed", 'L', "\0x\0"sv},
                    Broken{"abort_data", 'A', "x"sv}, Broken{"quit_data", 'Q', "x"sv},
                    Broken{"end_of_headers_data", 'N', "x"sv}),
    [](const auto& row) { return row.param.name; });

TEST(MilterCommand, of_another_octet_is_unknown) {
    for (const char command : {'\0', 'a', 'Z', '\x7f', '\xff'})
        EXPECT_EQ(parse_milter_command({command, {}}).error().code, "milter.command.unknown");
}

}  // namespace
}  // namespace postern::wire
