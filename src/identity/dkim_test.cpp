// SPDX-License-Identifier: Apache-2.0
// The message of RFC 8463 appendix A, signed twice by others, and what happens when any of it changes.
#include "identity/dkim.hpp"

#include "base/zone_text.hpp"
#include "identity/dkim_canonical.hpp"

#include <gmock/gmock.h>

namespace postern::identity {
namespace {

constexpr std::string_view saved = R"(DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
)";

constexpr std::string_view keys = R"(
brisbane._domainkey.football.example.com TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
test._domainkey.football.example.com TXT "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    const auto at = text.find(what);
    EXPECT_NE(at, text.npos) << what;
    return text.replace(at, what.size(), with);
}

/// "pass pass": the results in the order of the header.
std::string verify(std::string_view text, std::string_view zone_text = keys,
                   std::vector<DkimVerdict>* verdicts = nullptr) {
    const auto message = wire::parse_message(wire::from_file(text));
    const auto zone = dns::ZoneText::parse(zone_text);
    EXPECT_TRUE(message && zone);
    const Instant now{std::chrono::seconds(1'528'637'910)};
    const auto found = dns::settle(dns::Evaluation(verify_dkim(*message, now)), *zone);
    std::string out;
    for (const auto& verdict : found) out += (out.empty() ? "" : " ") + std::string(to_string(verdict.result));
    if (verdicts != nullptr) *verdicts = found;
    return out;
}

TEST(Dkim, verifies_what_others_signed) { EXPECT_EQ(verify(saved), "pass pass"); }

TEST(Dkim, fails_when_the_body_changed) {
    EXPECT_EQ(verify(replaced(std::string(saved), "hungry", "thirsty")), "fail fail");
}

TEST(Dkim, fails_when_a_signed_field_changed) {
    EXPECT_EQ(verify(replaced(std::string(saved), "Is dinner", "Is lunch")), "fail fail");
}

TEST(Dkim, fails_when_a_second_from_is_put_on_top) {
    EXPECT_EQ(verify("From: boss@example.net\n" + std::string(saved)), "fail fail");
}

TEST(Dkim, forgives_what_relaxed_forgives) {
    EXPECT_EQ(verify(replaced(std::string(saved), "Subject: Is dinner ready?", "SUBJECT:   Is\n dinner \t ready? ")),
              "pass pass");
    EXPECT_EQ(verify(std::string(saved) + "\n\n"), "pass pass");
}

TEST(Dkim, tells_a_missing_key_from_a_silent_server) {
    EXPECT_EQ(verify(saved, ""), "permerror permerror");
    EXPECT_EQ(verify(saved, "brisbane._domainkey.football.example.com TIMEOUT"), "temperror permerror");
}

TEST(Dkim, knows_a_revoked_key) {
    std::vector<DkimVerdict> verdicts;
    EXPECT_EQ(verify(saved, "brisbane._domainkey.football.example.com TXT \"v=DKIM1; k=ed25519; p=\"", &verdicts),
              "permerror permerror");
    EXPECT_EQ(verdicts.at(0).problem, "its key is revoked (p= is empty)");
}

TEST(Dkim, takes_sha1_for_no_signature) {
    EXPECT_EQ(verify(replaced(std::string(saved), "a=rsa-sha256", "a=rsa-sha1")), "pass permerror");
}

TEST(Dkim, wants_from_signed) {
    EXPECT_EQ(verify("DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=s; h=to; bh=AA==; b=AA==\nTo: x\n\n"),
              "permerror");
}

TEST(Dkim, bounds_its_work) {
    std::string text;
    for (std::size_t i = 0; i < dkim_max_signatures + 1; ++i) text += "DKIM-Signature: v=1\n";
    std::vector<DkimVerdict> verdicts;
    EXPECT_THAT(verify(text + "\n", keys, &verdicts), testing::EndsWith("permerror policy"));
    EXPECT_EQ(verdicts.size(), dkim_max_signatures + 1);
}

TEST(DkimKey, tells_bits_and_flags) {
    const auto key = parse_dkim_key("k=ed25519; t=y:s; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    ASSERT_TRUE(key);
    EXPECT_TRUE(key->testing && key->no_subdomains);
    EXPECT_FALSE(parse_dkim_key("k=rsa; p=AAAA"));
    EXPECT_FALSE(parse_dkim_key("v=DKIM2; p="));
    EXPECT_FALSE(parse_dkim_key("k=rsa; h=sha1; p="));
}

struct Body {
    const char* name;
    const char* body;
    const char* simple;
    const char* relaxed;
};
class CanonicalBody : public testing::TestWithParam<Body> {};
TEST_P(CanonicalBody, has_the_form_of_the_specification) {
    EXPECT_EQ(canonical_body(GetParam().body, Canonical::simple), GetParam().simple);
    EXPECT_EQ(canonical_body(GetParam().body, Canonical::relaxed), GetParam().relaxed);
}
INSTANTIATE_TEST_SUITE_P(
    rfc6376_3_4, CanonicalBody,
    testing::Values(Body{"empty", "", "\r\n", ""}, Body{"only_empty_lines", "\r\n\r\n", "\r\n", ""},
                    Body{"trailing_empty_lines", "a\r\n\r\n\r\n", "a\r\n", "a\r\n"},
                    Body{"no_last_line_end", "a", "a\r\n", "a\r\n"},
                    Body{"blanks", " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"},
                    Body{"line_of_blanks", "a\r\n \t\r\n", "a\r\n \t\r\n", "a\r\n"}),
    [](const auto& info) { return info.param.name; });

TEST(CanonicalField, without_its_signature) {
    EXPECT_EQ(without_signature("DKIM-Signature: bh=x; b = a\r\n b; c=y\r\n"), "DKIM-Signature: bh=x; b =; c=y\r\n");
    EXPECT_EQ(without_signature("DKIM-Signature: bh=x; b=ab\r\n"), "DKIM-Signature: bh=x; b=\r\n");
}

}  // namespace
}  // namespace postern::identity
