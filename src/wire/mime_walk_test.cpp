// SPDX-License-Identifier: Apache-2.0
#include "wire/mime_walk.hpp"

#include "wire/base64.hpp"
#include "wire/mime_encoding.hpp"
#include "wire/zip_names.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::wire {
namespace {

using Texts = std::vector<std::string>;

std::string crlf(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '\n' ? "\r\n" : std::string(1, c);
    return out;
}

Texts names(const MimeWalk& walk) {
    Texts out;
    for (const MimePart& part : walk.parts) out.insert(out.end(), part.names.begin(), part.names.end());
    std::ranges::sort(out);
    return out;
}

Texts doubts(const MimeWalk& walk) {
    Texts out(walk.doubts.begin(), walk.doubts.end());
    std::ranges::sort(out);
    return out;
}

/// A part of multipart/mixed with boundary b.
std::string mixed(std::string_view part) {
    return crlf("Content-Type: multipart/mixed; boundary=b\n\nprologue\n--b\n" + std::string(part) +
                "\n--b--\nepilogue\n");
}

struct Row {
    const char* name;
    std::string message;
    Texts names;
    Texts doubts;
};

std::string attached(const char* disposition) {
    return mixed("Content-Type: application/octet-stream\nContent-Disposition: " + std::string(disposition) +
                 "\n\nx\n");
}

const std::vector<Row>& rows() {
    static const std::vector<Row> table{
        {"plain", crlf("Subject: x\n\nhello\n"), {}, {}},
        {"attachment", attached("attachment; filename=a.pdf"), {"a.pdf"}, {}},
        {"quoted", attached("attachment; filename=\"a b; c.pdf\""), {"a b; c.pdf"}, {}},
        {"escaped", attached("attachment; filename=\"a\\\"b.pdf\""), {"a\"b.pdf"}, {}},
        {"blank_without_quotes", attached("attachment; filename=a.exe .pdf"), {"a.exe", "a.exe .pdf"}, {}},
        {"blank_in_quotes", attached("attachment; filename=\"a.exe .pdf\""), {"a.exe .pdf"}, {}},
        {"folded", attached("attachment;\n filename=a.pdf"), {"a.pdf"}, {}},
        {"comment", attached("attachment (x; filename=no.pdf); filename=a.pdf"), {"a.pdf"}, {}},
        {"extended", attached("attachment; filename*=utf-8''a%C3%A4.pdf"), {"a\xC3\xA4.pdf"}, {}},
        {"latin", attached("attachment; filename*=iso-8859-1''a%E4.pdf"), {"a\xC3\xA4.pdf"}, {}},
        {"continued", attached("attachment; filename*0=inv; filename*1=oice; filename*2=.exe"), {"invoice.exe"}, {}},
        {"continued_encoded",
         attached("attachment; filename*0*=utf-8''in%76; filename*1*=%6Fice.exe"),
         {"invoice.exe"},
         {}},
        {"both_forms", attached("attachment; filename=a.txt; filename*=utf-8''a.exe"), {"a.exe", "a.txt"}, {}},
        {"encoded_word",
         attached("attachment; filename=\"=?utf-8?B?YS5leGU=?=\""),
         {"=?utf-8?B?YS5leGU=?=", "a.exe"},
         {}},
        {"twice", attached("attachment; filename=a.txt; filename=a.exe"), {"a.exe", "a.txt"}, {"mime.parameter.twice"}},
        {"name_of_type",
         mixed("Content-Type: text/plain; name=a.exe\nContent-Disposition: inline; filename=a.txt\n\nx\n"),
         {"a.exe", "a.txt"},
         {}},
        {"open_quote", attached("attachment; filename=\"a.exe"), {"a.exe"}, {"mime.quote.open"}},
        {"open_quote_ends_in_backslash", attached("attachment; filename=\"a.exe\\"), {"a.exe\\"}, {"mime.quote.open"}},
        {"open_comment_ends_in_backslash",
         attached("attachment; filename=a.exe (x\\"),
         {"a.exe"},
         {"mime.comment.open"}},
        {"value_is_an_open_comment", attached("(x\\"), {}, {"mime.comment.open"}},
        {"two_types",
         mixed("Content-Type: text/plain; name=a.txt\nContent-Type: application/x; name=a.exe\n\nx\n"),
         {"a.exe", "a.txt"},
         {"mime.type.twice"}},
        {"blank_before_colon",
         mixed("Content-Disposition : attachment; filename=a.exe\n\nx\n"),
         {"a.exe"},
         {"mime.header.odd"}},
        {"line_without_colon",
         mixed("junk\nContent-Disposition: attachment; filename=a.exe\n\nx\n"),
         {"a.exe"},
         {"mime.header.odd"}},
        {"boundary_twice",
         crlf("Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\nContent-Type: x/y; "
              "name=1.exe\n\nx\n--b\nContent-Type: x/y; name=2.exe\n\nx\n--b--\n"),
         {"1.exe", "2.exe"},
         {"mime.boundary.twice", "mime.parameter.twice"}},
        {"boundary_in_disposition",
         crlf("Content-Type: multipart/mixed; boundary=a\nContent-Disposition: inline; "
              "boundary=b\n\n--b\nContent-Type: x/y; name=2.exe\n\nx\n--b--\n--a\n\nx\n--a--\n"),
         {"2.exe"},
         {"mime.boundary.misplaced"}},
        {"boundary_extended",
         crlf("Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n--ab\nContent-Type: x/y; "
              "name=1.exe\n\nx\n--ab--\n"),
         {"1.exe"},
         {}},
        {"boundary_missing",
         crlf("Content-Type: multipart/mixed\n\n--a\nContent-Type: x/y; name=1.exe\n\nx\n"),
         {},
         {"mime.boundary.missing"}},
        {"boundary_unused", crlf("Content-Type: multipart/mixed; boundary=a\n\nx\n"), {}, {"mime.boundary.unused"}},
        {"boundary_begins_like_inner",
         crlf("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
              "boundary=ab\n\n--ab\nContent-Type: x/y; name=1.exe\n\nx\n--ab--\n--a--\n"),
         {"1.exe"},
         {}},
        {"end_missing",
         crlf("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: x/y; name=1.exe\n\nx\n"),
         {"1.exe"},
         {}},
        {"bare_line_feeds",
         "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\nContent-Type: x/y; name=1.exe\n\nx\n--a--\n",
         {"1.exe"},
         {}},
        {"behind_the_end",
         crlf(
             "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n--a\nContent-Type: x/y; name=1.exe\n\nx\n"),
         {},
         {}},
        {"message_within",
         mixed("Content-Type: message/rfc822\n\nContent-Type: x/y; name=1.exe\n\nx\n"),
         {"1.exe"},
         {}},
        {"message_encoded",
         mixed("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" +
               encode_base64("Content-Type: x/y; name=1.exe\r\n\r\nx") + "\n"),
         {"1.exe"},
         {"mime.encoding.of_message", "mime.header.odd"}},
        {"container_encoded",
         crlf("Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: base64\n\n--a\n\nx\n--a--\n"),
         {},
         {"mime.encoding.of_container"}},
        {"encoding_twice",
         mixed("Content-Type: x/y\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nQUJD\n"),
         {},
         {"mime.encoding.twice"}},
        {"loose_base64",
         mixed("Content-Type: x/y\nContent-Transfer-Encoding: base64\n\nQU!JD\n"),
         {},
         {"mime.base64.loose"}},
        {"data_behind_padding",
         mixed("Content-Type: x/y\nContent-Transfer-Encoding: base64\n\nQQ==QUJD\n"),
         {},
         {"mime.base64.loose"}},
        {"loose_base64_in_text",
         mixed("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nQU!JD\n"),
         {},
         {}},
        {"uuencoded", crlf("\nhello\nbegin 644 invoice.exe\nM...\n"), {"invoice.exe"}, {}},
        {"the_word_begin", crlf("\nbegin at once\nto begin 644 x\n"), {}, {}},
    };
    return table;
}

class MimeWalks : public testing::TestWithParam<Row> {};

TEST_P(MimeWalks, sees_what_any_program_would) {
    const MimeWalk walk = walk_mime(GetParam().message);
    EXPECT_EQ(names(walk), GetParam().names);
    EXPECT_EQ(doubts(walk), GetParam().doubts);
    EXPECT_EQ(walk.unscannable, "");
}

INSTANTIATE_TEST_SUITE_P(Rows, MimeWalks, testing::ValuesIn(rows()), [](const auto& row) { return row.param.name; });

TEST(MimeWalk, cut_anywhere_it_still_ends) {
    for (const Row& row : rows())
        for (std::size_t cut = 0; cut <= row.message.size(); ++cut) {
            const MimeWalk walk = walk_mime(row.message.substr(0, cut));
            EXPECT_EQ(walk.unscannable, "") << row.name;
        }
}

std::string nested(int depth) {
    std::string out;
    for (int i = 0; i < depth; ++i) out += "Content-Type: message/rfc822\r\n\r\n";
    return out + "\r\nx";
}

TEST(MimeWalk, depth_has_a_limit) {
    EXPECT_EQ(walk_mime(nested(20)).unscannable, "");
    EXPECT_EQ(walk_mime(nested(21)).unscannable, "mime.too_deep");
}

std::string wide(int parts) {
    std::string out = "Content-Type: multipart/mixed; boundary=a\r\n\r\n";
    for (int i = 0; i < parts; ++i) out += "--a\r\n\r\nx\r\n";
    return out + "--a--\r\n";
}

TEST(MimeWalk, the_number_of_parts_has_a_limit) {
    EXPECT_EQ(walk_mime(wide(1'000)).unscannable, "");
    EXPECT_EQ(walk_mime(wide(1'001)).unscannable, "mime.too_many_parts");
}

TEST(MimeWalk, work_has_a_limit) {
    const std::string message = crlf("\nhello\n");
    EXPECT_EQ(walk_mime(message, {.work = message.size()}).unscannable, "");
    EXPECT_EQ(walk_mime(message, {.work = message.size() - 1}).unscannable, "mime.too_much_work");
}

TEST(MimeWalk, shows_how_the_content_begins) {
    const MimeWalk walk = walk_mime(mixed("Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" +
                                          encode_base64("MZ\x90 an executable") + "\n"));
    ASSERT_EQ(walk.parts.size(), 1U);
    EXPECT_TRUE(walk.parts[0].head.starts_with("MZ"));
}

/// One member of a zip archive, stored; `size` of its data.
std::string member(std::string_view name, std::string_view data, int flags = 0) {
    std::string out("PK\x03\x04\x14\0", 6);
    out += std::string{static_cast<char>(flags), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const auto size = static_cast<char>(data.size());
    out += std::string{size, 0, 0, 0, size, 0, 0, 0, static_cast<char>(name.size()), 0, 0, 0};
    return out + std::string(name) + std::string(data);
}
std::string zip(const Texts& members, const Texts& directory, int flags = 0) {
    std::string out;
    for (const std::string& name : members) out += member(name, "data", flags);
    const std::size_t begin = out.size();
    for (const std::string& name : directory) {
        out +=
            std::string("PK\x01\x02\x14\0\x14\0", 8) + std::string{static_cast<char>(flags), 0} + std::string(18, '\0');
        out += std::string{static_cast<char>(name.size()), 0} + std::string(16, '\0') + name;
    }
    out += std::string("PK\x05\x06", 4) + std::string(12, '\0') + std::string{static_cast<char>(begin), 0, 0, 0, 0, 0};
    return out;
}

TEST(ZipNames, are_those_of_directory_and_members) {
    const auto found = read_zip_names(zip({"a.txt", "b/c.exe"}, {"a.txt", "b/c.exe"}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->names, (Texts{"a.txt", "b/c.exe"}));
    EXPECT_FALSE(found->disagrees);
    EXPECT_FALSE(found->encrypted);
    EXPECT_FALSE(found->cut);
}
TEST(ZipNames, a_member_that_the_directory_hides_is_seen) {
    const auto found = read_zip_names(zip({"a.txt", "evil.exe"}, {"a.txt"}));
    EXPECT_EQ(found->names, (Texts{"a.txt", "evil.exe"}));
    EXPECT_TRUE(found->disagrees);
}
TEST(ZipNames, a_locked_member_is_noticed) { EXPECT_TRUE(read_zip_names(zip({"a"}, {"a"}, 1))->encrypted); }
TEST(ZipNames, what_is_no_zip_is_none) { EXPECT_FALSE(read_zip_names("PDF")); }
TEST(ZipNames, cut_anywhere_it_still_ends) {
    const std::string whole = zip({"a.txt", "b.exe"}, {"a.txt", "b.exe"});
    for (std::size_t cut = 4; cut < whole.size(); ++cut) {
        const auto found = read_zip_names(whole.substr(0, cut));
        ASSERT_TRUE(found);
        EXPECT_TRUE(found->cut);
    }
}

TEST(MimeWalk, names_what_a_zip_holds) {
    const MimeWalk walk =
        walk_mime(mixed("Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n" +
                        encode_base64(zip({"x.js"}, {"x.js"}, 1)) + "\n"));
    ASSERT_EQ(walk.parts.size(), 1U);
    EXPECT_EQ(walk.parts[0].members, Texts{"x.js"});
    EXPECT_TRUE(walk.parts[0].encrypted_archive);
}

TEST(EncodedWords, are_undone) {
    EXPECT_EQ(decode_words("=?iso-8859-1?Q?a=E4_b?= =?utf-8?b?Yw==?= d"), "a\xC3\xA4 bc d");
    EXPECT_EQ(decode_words("=?broken"), "=?broken");
    EXPECT_EQ(decode_words("=?x?z?y?="), "=?x?z?y?=");
}

TEST(QuotedPrintable, soft_breaks_and_faults) {
    EXPECT_EQ(decode_body("a=\r\nb=20=3D=3d", "quoted-printable").octets, "ab ==");
    EXPECT_TRUE(decode_body("a= \r\nb", "quoted-printable").strict);
    EXPECT_FALSE(decode_body("a=ZZ", "quoted-printable").strict);
}

}  // namespace
}  // namespace postern::wire
