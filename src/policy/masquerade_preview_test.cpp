// SPDX-License-Identifier: Apache-2.0
#include "policy/masquerade_preview.hpp"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 12h};

MasqueradeDomains domains(bool confirmed = false) {
    std::vector<DomainName> all{*DomainName::parse("example.com"), *DomainName::parse("example.net")};
    return {.all = all, .confirmed = confirmed ? std::vector{all.front()} : std::vector<DomainName>{}};
}

MasqueradeSight sight(std::string_view header, const char* sender = "<anna@pc7.example.com>") {
    const auto message = wire::parse_message(std::string(header) + "\r\n");
    return masquerade_sight(*MailAddress::parse(sender), *message, domains());
}

std::string told(const MasqueradeSight& seen) {
    std::string out;
    for (const Rewrite& one : seen.rewrites) out += std::string(one.place) + ":" + one.from + ">" + one.to + " ";
    return out;
}

MasqueradePreview preview(std::initializer_list<const char*> headers, bool confirmed = false) {
    MasqueradePreview out;
    for (const char* header : headers) out.see(sight(header, "<x@example.com>"), domains(confirmed), "anna", noon);
    return out;
}

TEST(MasqueradeSight, tells_each_address_and_where_it_stands) {
    EXPECT_EQ(
        told(sight(
            "From: \"A @pc1.example.com\" <anna@PC7.example.com>\r\nReply-To: b@example.com, c@db.example.net\r\n")),
        "envelope:anna@pc7.example.com>anna@example.com from:anna@pc7.example.com>anna@example.com "
        "reply-to:c@db.example.net>c@example.net ");
}

TEST(MasqueradeSight, keeps_the_quotes_of_a_local_part) {
    EXPECT_EQ(told(sight("From: \"a b\"@pc7.example.com\r\n", "<\"a b\"@pc7.example.com>")),
              "envelope:\"a b\"@pc7.example.com>\"a b\"@example.com from:\"a b\"@pc7.example.com>\"a b\"@example.com ");
}

TEST(MasqueradeSight, says_that_a_message_is_signed) {
    const MasqueradeSight seen = sight("DKIM-Signature: v=1\r\nFrom: a@pc7.example.com\r\n");
    EXPECT_TRUE(seen.is_signed);
    EXPECT_EQ(seen.rewrites.size(), 2U);
}

TEST(MasqueradeSight, tells_as_many_as_the_limit) {
    std::string header = "From: a@pc.example.com";
    for (std::size_t i = 0; i < max_rewrites; ++i) header += ",\r\n a" + std::to_string(i) + "@pc.example.com";
    EXPECT_EQ(sight(header + "\r\n", "<x@example.com>").rewrites.size(), max_rewrites);
}

TEST(MasqueradePreview, counts_messages_and_not_fields) {
    MasqueradePreview out;
    out.see(sight("From: anna@pc7.example.com\r\nSender: anna@pc7.example.com\r\n"), domains(), "anna", noon);
    ASSERT_EQ(out.rows().size(), 1U);
    const MasqueradePreview::Row row = out.rows().front();
    EXPECT_EQ(row.messages, 1U);
    EXPECT_EQ(row.changed, 0U);
    EXPECT_EQ(row.places, (std::set<std::string, std::less<>>{"envelope", "from", "sender"}));
    EXPECT_EQ(row.who, "anna");
}

TEST(MasqueradePreview, tells_what_is_left_alone_from_what_is_changed) {
    const MasqueradePreview out = preview({"From: a@pc7.example.com\r\n", "From: a@example.com\r\n",
                                           "DKIM-Signature: v=1\r\nFrom: a@pc7.example.com\r\n"},
                                          true);
    EXPECT_EQ(out.totals().messages, 3U);
    EXPECT_EQ(out.totals().touched, 2U);
    EXPECT_EQ(out.totals().left_signed, 1U);
    ASSERT_EQ(out.rows().size(), 1U);
    EXPECT_EQ(out.rows()[0].messages, 2U);
    EXPECT_EQ(out.rows()[0].changed, 1U);
    EXPECT_EQ(out.rows()[0].left_signed, 1U);
}

TEST(MasqueradePreview, counts_nothing_as_changed_by_a_domain_that_is_not_confirmed) {
    const MasqueradePreview out = preview({"From: a@db.example.net\r\n"}, true);
    ASSERT_EQ(out.rows().size(), 1U);
    EXPECT_EQ(out.rows()[0].changed, 0U);
}

TEST(MasqueradePreview, keeps_as_many_addresses_as_the_limit_and_counts_the_rest) {
    MasqueradePreview out;
    for (std::size_t i = 0; i <= MasqueradePreview::max_rows; ++i) {
        EXPECT_EQ(out.totals().dropped, 0U);
        out.see(sight("From: a" + std::to_string(i) + "@pc7.example.com\r\n", "<x@example.com>"), domains(), "anna",
                noon + std::chrono::seconds(i));
    }
    EXPECT_EQ(out.rows().size(), MasqueradePreview::max_rows);
    EXPECT_EQ(out.totals().dropped, 1U);
    EXPECT_EQ(out.take_changed().gone.size(), 1U);
}

TEST(MasqueradePreview, comes_back_from_the_store_as_it_was) {
    MasqueradePreview before = preview({"From: a@pc7.example.com\r\n"}), after;
    const auto changed = before.take_changed();
    EXPECT_TRUE(changed.any);
    EXPECT_FALSE(before.take_changed().any);
    after.restore(changed.rows, changed.totals);
    EXPECT_EQ(after.rows(), before.rows());
    EXPECT_EQ(after.totals(), before.totals());
}

TEST(MasqueradeDigest, is_of_the_domains_and_what_they_change) {
    const std::vector<std::string> both{"example.com", "example.net"}, turned{"example.net", "example.com"},
        one{"example.com"};
    const auto rows = preview({"From: a@pc7.example.com\r\n"}).rows();
    const std::string digest = masquerade_digest(both, rows);
    EXPECT_EQ(digest.size(), 16U);
    EXPECT_EQ(masquerade_digest(turned, rows), digest);
    EXPECT_NE(masquerade_digest(one, rows), digest);
    EXPECT_NE(masquerade_digest(both, preview({"From: b@pc7.example.com\r\n"}).rows()), digest);
    EXPECT_EQ(masquerade_digest(both, preview({"From: a@pc7.example.com\r\n", "From: a@pc7.example.com\r\n"}).rows()),
              digest);
}

TEST(MasqueradeDigest, leaves_out_what_is_only_left_alone) {
    const std::vector<std::string> domain{"example.com"};
    EXPECT_EQ(masquerade_digest(domain, preview({"DKIM-Signature: v=1\r\nFrom: a@pc7.example.com\r\n"}).rows()),
              masquerade_digest(domain, {}));
}

}  // namespace
}  // namespace postern::policy
