// SPDX-License-Identifier: Apache-2.0
// How often ordinary mail is called ambiguous: messages in the shapes that common programs write, with random words, names and boundaries,
// in a fixed order. At most one in 10,000 may be. The figure stands in docs/benchmarks.md.
#include "wire/base64.hpp"
#include "wire/mime_walk.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <map>
#include <random>

namespace postern::wire {
namespace {

constexpr int messages_of_a_shape = 1'000;

/// Random words; the generator is the standard's, so every machine sees the same mail.
class Words {
public:
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

    template <std::size_t n>
    std::string_view one_of(const std::array<std::string_view, n>& all) {
        return all[below(n)];
    }
    std::string token(std::size_t length) {
        constexpr std::string_view digits = "0123456789ABCDEFabcdef";
        std::string out;
        while (out.size() < length) out += digits[below(digits.size())];
        return out;
    }
    std::string octets(std::size_t length) {
        std::string out;
        while (out.size() < length) out += static_cast<char>(below(256));
        return out;
    }
    /// Lines of text, some with a dash or dots in front, as signatures and quotes have them.
    std::string text() {
        constexpr std::array<std::string_view, 12> words{
            "the",  "report", "--",    "meeting;", "Grüße",
            "=20",  "\"so\"", "(see)", "> quoted", "http://example.com/?a=b",
            "....", "2026"};
        std::string out;
        for (std::uint32_t lines = 1 + below(20); lines > 0; --lines) {
            for (std::uint32_t count = 1 + below(9); count > 0; --count) out.append(one_of(words)).append(" ");
            out += "\r\n";
        }
        return out + "-- \r\nAnna Example\r\n";
    }
    std::string name() {
        constexpr std::array<std::string_view, 6> stems{"report",         "Annual report 2026", "scan_0001",
                                                        "v1.2 final (2)", "minutes; draft",     "Müller & Söhne"};
        constexpr std::array<std::string_view, 5> ends{".pdf", ".docx", ".xlsx", ".jpg", ".txt"};
        return std::string(one_of(stems)).append(one_of(ends));
    }

private:
    std::mt19937 random_{20'260'301};
};

std::string base64_lines(const std::string& octets, std::size_t width) {
    const std::string text = encode_base64(octets);
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += width) out += text.substr(i, width) + "\r\n";
    return out;
}

std::string percent(std::string_view name) {
    std::string out;
    for (const char c : name)
        out += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.'
                   ? std::string(1, c)
                   : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

std::string word(std::string_view name) { return "=?UTF-8?B?" + encode_base64(name) + "?="; }

std::string parts(std::string_view boundary, std::initializer_list<std::string> all) {
    std::string out;
    for (const std::string& one : all) out += fmt::format("--{}\r\n{}\r\n", boundary, one);
    return out + fmt::format("--{}--\r\n", boundary);
}

std::string envelope(Words& words) {
    return fmt::format("From: Anna <anna@example.com>\r\nTo: bert@example.net\r\nSubject: {}\r\n"
                       "Message-ID: <{}@example.com>\r\nMIME-Version: 1.0\r\n",
                       word(words.name()), words.token(20));
}

std::string plain(Words& words) {
    return "Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + words.text();
}

std::string file(Words& words, const std::string& parameters) {
    return fmt::format("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
                       "Content-Disposition: attachment;\r\n {}\r\n\r\n{}",
                       parameters, base64_lines(words.octets(words.below(3'000)), 76));
}

std::string bare(Words& words) { return "From: anna@example.com\r\nSubject: x\r\n\r\n" + words.text(); }

std::string outlook(Words& words) {
    const std::string outer = "_004_" + words.token(32) + "example_", inner = "_000_" + words.token(32) + "example_";
    const std::string name = word(words.name());
    return envelope(words) + fmt::format("Content-Type: multipart/mixed;\r\n\tboundary=\"{}\"\r\n\r\n", outer) +
           parts(outer, {fmt::format("Content-Type: multipart/alternative;\r\n\tboundary=\"{}\"\r\n\r\n", inner) +
                             parts(inner, {plain(words), "Content-Type: text/html; charset=\"us-ascii\"\r\n"
                                                         "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                                         "<p class=3D\"x\">a=\r\nb</p>\r\n"}),
                         fmt::format("Content-Type: application/pdf; name=\"{0}\"\r\nContent-Description: {0}\r\n"
                                     "Content-Disposition: attachment; filename=\"{0}\"; size=12;\r\n"
                                     "\tcreation-date=\"Sun, 01 Mar 2026 10:00:00 GMT\"\r\n"
                                     "Content-Transfer-Encoding: base64\r\n\r\n{1}",
                                     name, base64_lines(words.octets(500), 76))});
}

std::string gmail(Words& words) {
    const std::string boundary = "000000000000" + words.token(16), name = words.name();
    return envelope(words) + fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n", boundary) +
           parts(boundary,
                 {plain(words), fmt::format("Content-Type: application/pdf; name=\"{0}\"\r\n"
                                            "Content-Disposition: attachment; filename=\"{0}\"\r\n"
                                            "Content-Transfer-Encoding: base64\r\nContent-ID: <f_{2}>\r\n"
                                            "X-Attachment-Id: f_{2}\r\n\r\n{1}",
                                            word(name), base64_lines(words.octets(700), 76), words.token(9))});
}

std::string apple(Words& words) {
    const std::string boundary = "Apple-Mail=_" + words.token(8) + "-" + words.token(12), name = words.name();
    return envelope(words) + fmt::format("Content-Type: multipart/mixed;\r\n\tboundary=\"{}\"\r\n\r\n\r\n", boundary) +
           parts(boundary, {plain(words), file(words, fmt::format("filename*=utf-8''{}", percent(name))),
                            fmt::format("Content-Type: image/png;\r\n\tx-unix-mode=0644;\r\n\tname=\"image.png\"\r\n"
                                        "Content-Disposition: inline;\r\n\tfilename=image.png\r\n"
                                        "Content-Transfer-Encoding: base64\r\n\r\n{}",
                                        base64_lines(words.octets(300), 72))});
}

std::string thunderbird(Words& words) {
    const std::string boundary = "------------" + words.token(24), name = percent(words.name());
    return envelope(words) +
           fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n"
                       "This is a multi-part message in MIME format.\r\n",
                       boundary) +
           parts(boundary, {plain(words), file(words, fmt::format("filename*0*=UTF-8''{};\r\n filename*1*={}",
                                                                  name.substr(0, 3), name.substr(3)))});
}

std::string java(Words& words) {
    const std::string boundary =
        fmt::format("----=_Part_{}_{}.{}", words.below(900), words.below(90'000), words.below(90'000));
    return envelope(words) + fmt::format("Content-Type: multipart/mixed; \r\n\tboundary=\"{}\"\r\n\r\n", boundary) +
           parts(boundary, {plain(words), file(words, "filename=report.pdf")});
}

std::string pine(Words& words) {
    const std::string boundary =
        fmt::format("{}-{}-{}=:{}", words.below(99'999), words.below(9'999), words.token(8), words.below(999));
    return envelope(words) + fmt::format("Content-Type: MULTIPART/MIXED; BOUNDARY=\"{}\"\r\n\r\n", boundary) +
           parts(boundary,
                 {"Content-Type: TEXT/PLAIN; CHARSET=US-ASCII; FORMAT=flowed\r\n\r\n" + words.text(),
                  fmt::format("Content-Type: APPLICATION/PDF; NAME=a.pdf\r\nContent-Transfer-Encoding: BASE64\r\n"
                              "Content-Disposition: ATTACHMENT; FILENAME=a.pdf\r\n\r\n{}",
                              base64_lines(words.octets(200), 60))});
}

std::string web_form(Words& words) {
    return envelope(words) + "Content-Type: text/html; charset=UTF-8;\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
           words.text();
}

std::string signed_mail(Words& words) {
    const std::string boundary = words.token(30);
    const bool pgp = words.below(2) == 0;
    return envelope(words) +
           fmt::format("Content-Type: multipart/signed; micalg={}; protocol=\"application/{}-signature\";\r\n "
                       "boundary=\"{}\"\r\n\r\n",
                       pgp ? "pgp-sha256" : "sha-256", pgp ? "pgp" : "pkcs7", boundary) +
           parts(boundary, {plain(words), fmt::format("Content-Type: application/{0}-signature; name=\"{1}\"\r\n"
                                                      "Content-Disposition: attachment; filename=\"{1}\"\r\n\r\n{2}",
                                                      pgp ? "pgp" : "pkcs7", pgp ? "signature.asc" : "smime.p7s",
                                                      base64_lines(words.octets(120), 64))});
}

std::string bounce(Words& words) {
    const std::string boundary = words.token(10) + ".1772359200/mail.example.com";
    return envelope(words) +
           fmt::format("Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{}\"\r\n\r\n"
                       "This is a MIME-encapsulated message.\r\n\r\n",
                       boundary) +
           parts(boundary,
                 {"Content-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nx\r\n",
                  "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.com\r\n\r\n"
                  "Final-Recipient: rfc822; x@example.com\r\nAction: failed\r\n",
                  "Content-Type: message/rfc822\r\n\r\n" + outlook(words)});
}

std::string digest(Words& words) {
    const std::string outer = "===============" + words.token(19) + "==",
                      inner = "===============" + words.token(18) + "==";
    return envelope(words) + fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n", outer) +
           parts(outer, {plain(words),
                         fmt::format("Content-Type: multipart/digest; boundary=\"{}\"\r\n\r\n", inner) +
                             parts(inner, {"\r\n" + bare(words), "\r\n" + outlook(words)}),
                         "Content-Type: text/plain; charset=\"us-ascii\"\r\nMIME-Version: 1.0\r\n"
                         "Content-Transfer-Encoding: 7bit\r\nContent-Disposition: inline\r\n\r\n_____\r\nlist\r\n"});
}

std::string invitation(Words& words) {
    const std::string boundary = words.token(28);
    return envelope(words) + fmt::format("Content-Type: multipart/alternative; boundary={}\r\n\r\n", boundary) +
           parts(boundary,
                 {plain(words), "Content-Type: text/calendar; charset=\"UTF-8\"; method=REQUEST\r\n"
                                "Content-Transfer-Encoding: 7bit\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"});
}

std::string forwarded(Words& words) {
    const std::string boundary = words.token(40);
    std::string inner = gmail(words);
    return envelope(words) + fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\r\n\r\n", boundary) +
           parts(boundary,
                 {plain(words), "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + inner});
}

std::string commented(Words& words) {
    return envelope(words) + "Content-Type: text/plain; charset=us-ascii (Plain text)\r\n\r\n" + words.text();
}

struct Shape {
    std::string_view name;
    std::string (*make)(Words&);
};
constexpr std::array shapes{
    Shape{"without MIME", &bare},   Shape{"Outlook", &outlook},          Shape{"Gmail", &gmail},
    Shape{"Apple Mail", &apple},    Shape{"Thunderbird", &thunderbird},  Shape{"JavaMail", &java},
    Shape{"Pine", &pine},           Shape{"web form", &web_form},        Shape{"signed", &signed_mail},
    Shape{"bounce", &bounce},       Shape{"list digest", &digest},       Shape{"invitation", &invitation},
    Shape{"forwarded", &forwarded}, Shape{"with a comment", &commented},
};

TEST(OrdinaryMail, is_ambiguous_at_most_once_in_ten_thousand) {
    Words words;
    std::map<std::string, int> ambiguous, unscannable;
    int total = 0, seen = 0;
    for (const Shape& shape : shapes)
        for (int i = 0; i < messages_of_a_shape; ++i, ++total) {
            const MimeWalk walk = walk_mime(shape.make(words));
            seen += static_cast<int>(walk.ambiguous());
            for (const std::string_view doubt : walk.doubts) ++ambiguous[fmt::format("{}: {}", shape.name, doubt)];
            if (!walk.unscannable.empty()) ++unscannable[std::string(shape.name)];
        }
    EXPECT_LE(seen * 10'000, total) << testing::PrintToString(ambiguous);
    EXPECT_TRUE(unscannable.empty()) << testing::PrintToString(unscannable);
    RecordProperty("messages", total);
    RecordProperty("ambiguous", seen);
}

}  // namespace
}  // namespace postern::wire
