// SPDX-License-Identifier: Apache-2.0
#include "wire/syslog_frames.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postern::wire {
namespace {

using Messages = std::vector<std::string>;

Messages read(const std::vector<std::string_view>& pieces, std::uint64_t* cut = nullptr) {
    Messages out;
    const auto take = [&](std::string_view message) { out.emplace_back(message); };
    SyslogFrames frames;
    for (const std::string_view piece : pieces) frames.feed(piece, take);
    frames.end(take);
    if (cut != nullptr) *cut = frames.cut();
    return out;
}

struct Row {
    const char* name;
    std::string octets;
    Messages messages;
};

class Framed : public testing::TestWithParam<Row> {};

TEST_P(Framed, whole_octet_by_octet_and_cut_everywhere) {
    const std::string& octets = GetParam().octets;
    EXPECT_EQ(read({octets}), GetParam().messages);
    std::vector<std::string_view> single;
    for (std::size_t i = 0; i < octets.size(); ++i) single.push_back(std::string_view(octets).substr(i, 1));
    EXPECT_EQ(read(single), GetParam().messages);
    for (std::size_t at = 0; at <= octets.size(); ++at)
        EXPECT_EQ(read({std::string_view(octets).substr(0, at), std::string_view(octets).substr(at)}),
                  GetParam().messages)
            << "cut at " << at;
}

INSTANTIATE_TEST_SUITE_P(
    Syslog, Framed,
    testing::Values(Row{"lines", "<134>a b\n<134>c\r\nlast", {"<134>a b", "<134>c", "last"}},
                    Row{"counted", "8 <134>a b7 <134>c\n", {"<134>a b", "<134>c"}},
                    Row{"newline_within_a_counted_one", "5 a\nb c3 xyz", {"a\nb c", "xyz"}},
                    Row{"both_forms_on_one_connection", "3 abc<1>d\n2 ef", {"abc", "<1>d", "ef"}},
                    Row{"nul_as_the_end", std::string("<1>a\0<1>b\0", 10), {"<1>a", "<1>b"}},
                    Row{"a_date_is_no_count", "2026-11-24T09:30:00Z x\n", {"2026-11-24T09:30:00Z x"}},
                    Row{"a_number_with_a_comma_is_no_count", "71,,,02f4\n", {"71,,,02f4"}},
                    Row{"too_many_digits_are_no_count", "123456 x\n", {"123456 x"}},
                    Row{"a_zero_is_no_count", "0 x\n", {"0 x"}}, Row{"cut_in_a_counted_one", "9 abc", {}},
                    Row{"digits_alone", "12", {"12"}}, Row{"empty_lines", "\n\r\n\n<1>a\n\n", {"<1>a"}},
                    Row{"nothing", "", {}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(SyslogFrames, keep_the_limit_and_pass_over_the_rest) {
    for (const auto& [size, over] : {std::pair{SyslogFrames::max_message, 0U}, {SyslogFrames::max_message + 1, 1U}}) {
        std::uint64_t cut = 0;
        const std::string text(size, 'x');
        const Messages wanted{text.substr(0, SyslogFrames::max_message), "next"};
        EXPECT_EQ(read({text + "\n", "next\n"}, &cut), wanted);
        EXPECT_EQ(cut, over);
        EXPECT_EQ(read({std::to_string(size) + " " + text, "4 next"}, &cut), wanted);
        EXPECT_EQ(cut, over);
    }
}

TEST(SyslogFrames, hold_no_more_than_the_limit_of_a_line_without_end) {
    std::uint64_t cut = 0;
    const std::string piece(65'536, 'x');
    EXPECT_EQ(read(std::vector<std::string_view>(64, piece), &cut).at(0).size(), SyslogFrames::max_message);
    EXPECT_EQ(cut, 1U);
}

}  // namespace
}  // namespace postern::wire
