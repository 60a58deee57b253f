// SPDX-License-Identifier: Apache-2.0
#include "wire/dns_message.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {
using namespace std::string_literals;
using namespace std::chrono_literals;
using dns::Outcome;

DomainName name(std::string_view text) { return *DomainName::parse(text); }
const dns::Question question{name("2.0.0.127.zen.example"), dns::Type::a};

std::string header(unsigned flags, unsigned answers, unsigned authorities, unsigned questions = 1,
                   unsigned additionals = 0) {
    std::string out = "\x12\x34"s;
    for (const unsigned word : {flags, questions, answers, authorities, additionals}) {
        out.push_back(static_cast<char>(word >> 8));
        out.push_back(static_cast<char>(word & 0xff));
    }
    return out;
}
const std::string asked = "\1"
                          "2\1"
                          "0\1"
                          "0\3"
                          "127\3zen\7example\0\0\1\0\1"s;
std::string record(std::string owner, unsigned type, std::string data, unsigned ttl = 300) {
    owner.push_back('\0');
    owner.push_back(static_cast<char>(type));
    owner += "\0\1\0\0"s;
    owner.push_back(static_cast<char>(ttl >> 8));
    owner.push_back(static_cast<char>(ttl & 0xff));
    owner.push_back(static_cast<char>(data.size() >> 8));
    owner.push_back(static_cast<char>(data.size() & 0xff));
    return owner + data;
}
const std::string to_question = "\xc0\x0c"s;
const std::string to_zone = "\xc0\x16"s;  // "zen.example" within the question
const std::string soa_data = "\xc0\x16\4root\xc0\x16"s + "\0\0\0\7\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\x3c"s;

dns::Answer answer_of(const std::string& octets) { return to_answer(question, *decode_message(octets)); }

TEST(DnsQuery, is_written_with_edns) {
    EXPECT_EQ(encode_query(0x1234, question), header(0x0120, 0, 0, 1, 1) + asked + "\0\0\x29\x04\xd0\0\0\0\0\0\0"s);
    EXPECT_EQ(encode_query(0x1234, question, {.recursion_desired = false, .edns = false}), header(0, 0, 0) + asked);
}

TEST(DnsAnswer, found_gives_addresses_and_least_ttl) {
    const auto answer = answer_of(header(0x8580, 2, 0) + asked + record(to_question, 1, "\x7f\0\0\2"s, 300) +
                                  record(to_question, 1, "\x7f\0\0\4"s, 60));
    EXPECT_EQ(answer.outcome, Outcome::found);
    ASSERT_EQ(answer.addresses().size(), 2U);
    EXPECT_EQ(answer.addresses()[1].to_string(), "127.0.0.4");
    EXPECT_EQ(answer.ttl, 60s);
    EXPECT_TRUE(answer.authoritative);
    EXPECT_TRUE(answer.recursion_available);
}

TEST(DnsAnswer, nxdomain_names_the_zone_that_denies) {
    const auto answer = answer_of(header(0x8403, 0, 1) + asked + record(to_zone, 6, soa_data));
    EXPECT_EQ(answer.outcome, Outcome::no_name);
    EXPECT_EQ(answer.soa, name("zen.example"));
    EXPECT_EQ(answer.ttl, 60s);
}

TEST(DnsAnswer, without_records_is_no_data_and_a_referral_is_not) {
    EXPECT_EQ(answer_of(header(0x8400, 0, 0) + asked).outcome, Outcome::no_data);
    const auto referral = answer_of(header(0x8000, 0, 1) + asked + record(to_zone, 2, "\2ns\xc0\x16"s));
    EXPECT_EQ(referral.outcome, Outcome::server_failure);
    EXPECT_EQ(referral.why, "the server only refers to other servers");
    EXPECT_EQ(referral.delegation, std::vector{name("ns.zen.example")});
}

TEST(DnsAnswer, keeps_refusal_and_failure_apart) {
    EXPECT_EQ(answer_of(header(0x8005, 0, 0) + asked).outcome, Outcome::refused);
    EXPECT_EQ(answer_of(header(0x8002, 0, 0) + asked).outcome, Outcome::server_failure);
    EXPECT_EQ(answer_of(header(0x8002, 0, 0) + asked).rcode, dns::Rcode::server_failure);
}

TEST(DnsAnswer, of_an_alias_loop_is_malformed) {
    const auto answer = answer_of(header(0x8400, 1, 0) + asked + record(to_question, 5, to_question));
    EXPECT_EQ(answer.outcome, Outcome::malformed);
}

TEST(DnsAnswer, keeps_text_raw_and_in_its_strings) {
    const auto message = decode_message(header(0x8400, 1, 0) + asked + record(to_question, 16, "\2a\x1b\1b"s));
    ASSERT_TRUE(message);
    EXPECT_EQ(std::get<dns::Txt>(message->answers[0].data), (dns::Txt{{"a\x1b", "b"}}));
}

TEST(DnsMessage, pointers_must_lead_to_the_front) {
    const std::string to_itself = "\xc0\x27"s;  // the first record's own offset
    ASSERT_EQ((header(0, 0, 0) + asked).size(), 0x27U);
    EXPECT_EQ(decode_message(header(0x8400, 1, 0) + asked + record(to_itself, 1, "\x7f\0\0\2"s)).error().code,
              "dns.message.bad_name");
    EXPECT_EQ(decode_message(header(0x8400, 1, 0) + asked + record("\xc0\xff"s, 1, "\x7f\0\0\2"s)).error().code,
              "dns.message.bad_name");
}

TEST(DnsMessage, data_of_the_wrong_length_is_refused) {
    for (const auto& data : {"\x7f\0\0"s, "\x7f\0\0\2\0"s, ""s})
        EXPECT_EQ(decode_message(header(0x8400, 1, 0) + asked + record(to_question, 1, data)).error().code,
                  "dns.message.bad_record");
    EXPECT_EQ(decode_message(header(0x8400, 1, 0) + asked + record(to_question, 16, "\5abc"s)).error().code,
              "dns.message.bad_record");
    EXPECT_EQ(decode_message(header(0x8400, 1, 0) + asked + record(to_question, 15, "\0"s)).error().code,
              "dns.message.bad_record");
}

TEST(DnsMessage, holds_a_hundred_records_and_not_one_more) {
    std::string hundred;
    for (int i = 0; i < 100; ++i) hundred += record(to_question, 1, "\x7f\0\0\2"s);
    EXPECT_EQ(decode_message(header(0x8400, 100, 0) + asked + hundred)->answers.size(), 100U);
    EXPECT_EQ(
        decode_message(header(0x8400, 101, 0) + asked + hundred + record(to_question, 1, "\x7f\0\0\2"s)).error().code,
        "dns.message.too_many_records");
}

TEST(DnsMessage, cut_at_any_octet_is_an_error_never_a_shorter_answer) {
    const std::string whole =
        header(0x8400, 1, 1) + asked + record(to_question, 1, "\x7f\0\0\2"s) + record(to_zone, 6, soa_data);
    ASSERT_TRUE(decode_message(whole));
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_FALSE(decode_message(whole.substr(0, length))) << length;
}

TEST(DnsMessage, truncated_gives_its_question_only) {
    const auto message = decode_message(header(0x8600, 9, 0) + asked + "junk");
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->truncated);
    EXPECT_EQ(message->question, question);
    EXPECT_TRUE(message->answers.empty());
}

TEST(DnsMessage, of_another_class_says_nothing) {
    std::string chaos = record(to_question, 1, "\x7f\0\0\2"s);
    chaos[5] = '\3';
    EXPECT_TRUE(decode_message(header(0x8400, 1, 0) + asked + chaos)->answers.empty());
}

TEST(DnsMessage, extended_rcode_counts) {
    const std::string opt = "\0\0\x29\x04\xd0\x01\0\0\0\0\0"s;  // upper bits 1: BADVERS (16)
    EXPECT_EQ(decode_message(header(0x8000, 0, 0, 1, 1) + asked + opt)->rcode, dns::Rcode{16});
}

}  // namespace
}  // namespace postern::wire
