// SPDX-License-Identifier: Apache-2.0
#include "wire/policy_delegation.hpp"

#include <gtest/gtest.h>

#include "base/mail_address.hpp"

#include <vector>

namespace postern::wire {
namespace {

using namespace std::string_literals;

/// What Postfix 3.7 says at RCPT.
const std::string asked =
    "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=192.0.2.7\n"
    "client_name=client.plain.example\nclient_port=40112\nreverse_client_name=client.plain.example\n"
    "server_address=203.0.113.26\nserver_port=25\nhelo_name=client.plain.example\nsender=bert@plain.example\n"
    "recipient=anna@example.com\nrecipient_count=0\nqueue_id=\ninstance=1a2b.6565f0c1.8f1c0.0\nsize=1200\n"
    "etrn_domain=\nstress=\nsasl_method=PLAIN\nsasl_username=bert\nsasl_sender=\nccert_subject=\nccert_issuer=\n"
    "ccert_fingerprint=\nccert_pubkey_fingerprint=\nencryption_protocol=TLSv1.3\n"
    "encryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\npolicy_context=submission\n"
    "compatibility_level=3.6\nmail_version=3.7.11\n\n";

std::string with(std::string_view lines) {
    return "request=smtpd_access_policy\nprotocol_state=RCPT\n" + std::string(lines) + "\n";
}

/// Each request as "STATE sender recipient count size;", an error as its code.
std::string read(std::string_view octets, std::size_t step = 1'000'000) {
    PolicyRequestReader reader;
    std::string out;
    for (; !octets.empty(); octets.remove_prefix(std::min(step, octets.size()))) {
        std::string_view piece = octets.substr(0, step);
        for (;;) {
            const auto request = reader.next(piece);
            if (!request) return out + std::string(request.error().code);
            if (!*request) break;
            out += (*request)->state + ' ' + (*request)->sender + ' ' + (*request)->recipient + ' ' +
                   std::to_string((*request)->recipient_count) + ' ' + std::to_string((*request)->size) + ';';
        }
        EXPECT_TRUE(piece.empty());
    }
    return out;
}

TEST(PolicyRequest, holds_what_postfix_says) {
    PolicyRequestReader reader;
    std::string_view octets = asked;
    const auto request = reader.next(octets);
    ASSERT_TRUE(request && *request);
    EXPECT_EQ((*request)->state, "RCPT");
    EXPECT_EQ((*request)->client_address, "192.0.2.7");
    EXPECT_EQ((*request)->client_name, "client.plain.example");
    EXPECT_EQ((*request)->helo, "client.plain.example");
    EXPECT_EQ((*request)->sender, "bert@plain.example");
    EXPECT_EQ((*request)->recipient, "anna@example.com");
    EXPECT_EQ((*request)->instance, "1a2b.6565f0c1.8f1c0.0");
    EXPECT_EQ((*request)->login, "bert");
    EXPECT_EQ((*request)->login_method, "PLAIN");
    EXPECT_EQ((*request)->tls_version, "TLSv1.3");
    EXPECT_EQ((*request)->context, "submission");
    EXPECT_EQ((*request)->server_port, "25");
    EXPECT_EQ((*request)->size, 1'200U);
    EXPECT_TRUE(octets.empty());
}

TEST(PolicyRequest, is_the_same_in_every_cut) {
    const std::string octets = asked + with("size=\nrecipient_count=3\n") + asked;
    const std::string whole = read(octets);
    for (std::size_t step = 1; step < octets.size(); ++step) EXPECT_EQ(read(octets, step), whole) << step;
    for (std::size_t cut = 0; cut < octets.size(); ++cut) {
        PolicyRequestReader reader;
        std::string_view first = std::string_view(octets).substr(0, cut), rest = std::string_view(octets).substr(cut);
        std::size_t requests = 0;
        while (reader.next(first)->has_value()) ++requests;
        while (reader.next(rest)->has_value()) ++requests;
        EXPECT_EQ(requests, 3U) << cut;
    }
}

TEST(PolicyRequest, forgets_one_before_the_next) {
    EXPECT_EQ(read(with("sender=a@example.com\nrecipient_count=7\nsize=9\n") + with("recipient=b@example.com\n")),
              "RCPT a@example.com  7 9;RCPT  b@example.com 0 0;");
}

struct Row {
    const char* name;
    std::string octets, outcome;
};

class PolicyRequests : public testing::TestWithParam<Row> {};

TEST_P(PolicyRequests, are_read_or_refused_in_every_cut) {
    for (const std::size_t step : {1UL, 2UL, 7UL, 1'000'000UL})
        EXPECT_EQ(read(GetParam().octets, step), GetParam().outcome) << step;
}

INSTANTIATE_TEST_SUITE_P(
    all, PolicyRequests,
    testing::Values(
        Row{"unknown_attribute", with("colour=blue\nsender=a@b\n"), "RCPT a@b  0 0;"},
        Row{"value_with_equals", with("sender=a=b@example.com\n"), "RCPT a=b@example.com  0 0;"},
        Row{"any_order", "sender=a@b\nprotocol_state=DATA\nrequest=smtpd_access_policy\n\n", "DATA a@b  0 0;"},
        Row{"not_whole", "request=smtpd_access_policy\nprotocol_state=RCPT\n", ""},
        Row{"twice", with("sender=a@b\nsender=c@d\n"), "policy.twice"},
        Row{"another_kind", "request=junk_mail_report\nprotocol_state=RCPT\n\n", "policy.kind"},
        Row{"empty", "\n", "policy.kind"}, Row{"no_state", "request=smtpd_access_policy\n\n", "policy.malformed"},
        Row{"http", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "policy.malformed"},
        Row{"no_equals", with("sender\n"), "policy.malformed"}, Row{"no_name", with("=x\n"), "policy.malformed"},
        Row{"zero_octet", with("sender=a\0b\n"s), "policy.malformed"},
        Row{"size_is_a_word", with("size=large\n"), "policy.malformed"},
        Row{"size_is_negative", with("size=-1\n"), "policy.malformed"},
        Row{"size_overflows", with("size=18446744073709551616\n"), "policy.malformed"},
        Row{"largest_size", with("size=18446744073709551615\n"), "RCPT   0 18446744073709551615;"},
        Row{"most_recipients", with("recipient_count=10000000\n"), "RCPT   10000000 0;"},
        Row{"too_many_recipients", with("recipient_count=10000001\n"), "policy.malformed"},
        Row{"longest_line", with("x=" + std::string(PolicyRequestReader::max_line - 2, 'a') + "\n"), "RCPT   0 0;"},
        Row{"line_too_long", with("x=" + std::string(PolicyRequestReader::max_line - 1, 'a') + "\n"),
            "policy.too_long"}),
    [](const auto& info) { return info.param.name; });

TEST(PolicyRequest, has_so_many_attributes_and_no_more) {
    std::string lines;
    for (std::size_t i = 2; i < PolicyRequestReader::max_attributes; ++i) lines += "x=y\n";
    EXPECT_EQ(read(with(lines)), "RCPT   0 0;");
    EXPECT_EQ(read(with(lines + "x=y\n")), "policy.too_many");
}

TEST(PolicyRequest, has_so_many_octets_and_no_more) {
    const std::string begin = with("");
    std::string lines;
    while (begin.size() + lines.size() + 8'002 <= PolicyRequestReader::max_request)
        lines += "x=" + std::string(7'999, 'a') + "\n";
    const std::size_t left = PolicyRequestReader::max_request - begin.size() - lines.size();
    EXPECT_EQ(read(with(lines + "x=" + std::string(left - 3, 'a') + "\n")), "RCPT   0 0;");
    EXPECT_EQ(read(with(lines + "x=" + std::string(left - 2, 'a') + "\n")), "policy.too_long");
    EXPECT_EQ(read(with(lines + "x=" + std::string(left - 2, 'a') + "\n"), 1), "policy.too_long");
}

TEST(PolicyAction, is_one_line_and_an_empty_one) {
    EXPECT_EQ(PolicyAction::dunno().text(), "action=DUNNO\n\n");
    EXPECT_EQ(PolicyAction::refuse(SmtpRefusal::permanent("m6.relay.denied", "no", 554)).text(),
              "action=554 5.7.1 no\n\n");
    EXPECT_EQ(PolicyAction::refuse(SmtpRefusal::temporary("later")).text(), "action=451 4.7.1 later\n\n");
    EXPECT_EQ(PolicyAction::defer_if_permit(SmtpRefusal::temporary("later")).text(),
              "action=DEFER_IF_PERMIT 4.7.1 later\n\n");
    EXPECT_EQ(PolicyAction::defer_if_permit(SmtpRefusal::permanent("rule", "no")).text(), "action=550 5.7.1 no\n\n");
    EXPECT_EQ(PolicyAction::hold("too much").text(), "action=HOLD too much\n\n");
    EXPECT_EQ(PolicyAction::prepend("X-Postern-Tag", "m3 E1").text(), "action=PREPEND X-Postern-Tag: m3 E1\n\n");
}

TEST(PolicyAction, lets_nothing_out_of_its_line) {
    for (const PolicyAction& action :
         {PolicyAction::hold("a\n\naction=OK\n\n"), PolicyAction::prepend("X-A", "a\nX-B: b\n\naction=OK"),
          PolicyAction::refuse(SmtpRefusal::temporary("a\r\n\naction=OK")),
          PolicyAction::hold(std::string(5'000, 'a') + "\n")}) {
        const std::string text = action.text();
        EXPECT_EQ(text.find('\n'), text.size() - 2) << text;
        EXPECT_LE(text.size(), 512U);
    }
}

TEST(PolicyPath, puts_back_the_quotes_that_postfix_took_off) {
    EXPECT_EQ(policy_path(""), "<>");
    EXPECT_EQ(policy_path("anna@example.com"), "<anna@example.com>");
    EXPECT_EQ(policy_path("postmaster"), "<postmaster>");
    EXPECT_EQ(policy_path("a b@example.com"), "<\"a b\"@example.com>");
    EXPECT_EQ(policy_path("a\"\\@example.com"), "<\"a\\\"\\\\\"@example.com>");
    const auto address = MailAddress::parse(policy_path("victim@elsewhere.example@example.com"));
    ASSERT_TRUE(address);
    EXPECT_EQ(address->local(), "victim@elsewhere.example");
    EXPECT_EQ(address->domain()->text(), "example.com");
    EXPECT_TRUE(address->routed());
}

}  // namespace
}  // namespace postern::wire
