// SPDX-License-Identifier: Apache-2.0
#include "app/lists/subjects.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

using reputation::Kind;

std::vector<std::string> read(SubjectSource source, std::string* fault = nullptr) {
    std::vector<std::string> all;
    for (;;) {
        auto subject = source.next();
        if (!subject && fault != nullptr) *fault = subject.error().message;
        if (!subject || !*subject) return all;
        all.push_back((*subject)->to_string());
    }
}

SubjectSource lines(std::string text) {
    static std::string kept;  // fmemopen reads from it
    kept = std::move(text);
    return SubjectSource({"-"}, fmemopen(kept.data(), kept.size(), "r"));
}

TEST(Subjects, are_addresses_networks_and_domains) {
    EXPECT_EQ(parse_subjects("203.0.113.7")->at(0).kind(), Kind::ip4);
    EXPECT_EQ(parse_subjects("2001:DB8::1")->at(0).to_string(), "2001:db8::1");
    EXPECT_EQ(parse_subjects("Mail.Example.COM.")->at(0).to_string(), "mail.example.com");
    EXPECT_EQ(parse_subjects("203.0.113.0/30")->size(), 4U);
    EXPECT_EQ(parse_subjects("2001:db8:1:2::/64")->size(), 1U);
    EXPECT_EQ(parse_subjects("203.0.113.0/24")->size(), 256U);
}

TEST(Subjects, that_are_none_are_named_with_the_reason) {
    EXPECT_EQ(parse_subjects("203.0.113.0/23").error().message,
              "\"203.0.113.0/23\": host bits are set; the network is 203.0.112.0/23");
    EXPECT_EQ(parse_subjects("203.0.112.0/23").error().code, "subject.network_too_large");
    EXPECT_EQ(parse_subjects("2001:db8::/63").error().code, "subject.network_too_large");
    EXPECT_EQ(parse_subjects("localhost").error().code, "subject.not_a_domain");
    EXPECT_EQ(parse_subjects("1.2.3").error().code, "ip.malformed");
    EXPECT_EQ(parse_subjects("").error().code, "dns.name.empty");
    EXPECT_EQ(parse_subjects("a\x1b.example").error().message.find('\x1b'), std::string::npos);
}

TEST(Subjects, are_read_line_by_line) {
    EXPECT_EQ(read(lines("203.0.113.7\r\n\n# a comment\n  \nexample.com")),
              (std::vector<std::string>{"203.0.113.7", "example.com"}));
    EXPECT_EQ(read(SubjectSource({"203.0.113.6/31", "a.example"}, nullptr)),
              (std::vector<std::string>{"203.0.113.6", "203.0.113.7", "a.example"}));
}

TEST(Subjects, name_the_line_that_is_wrong) {
    std::string fault;
    EXPECT_EQ(read(lines("203.0.113.7\nnot a name\n"), &fault).size(), 1U);
    EXPECT_EQ(fault.substr(0, 23), "line 2: \"not a name\": t");
    read(lines(std::string("a\0b\n", 4)), &fault);
    EXPECT_EQ(fault, "line 1: longer than a subject, or holding a NUL");
    read(lines(std::string(2'000, 'a') + "\n"), &fault);
    EXPECT_EQ(fault, "line 1: longer than a subject, or holding a NUL");
}

}  // namespace
}  // namespace postern::app
