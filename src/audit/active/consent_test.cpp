// SPDX-License-Identifier: Apache-2.0
#include "audit/active/consent.hpp"

#include "base/zone_text.hpp"

#include <gtest/gtest.h>

namespace postern::audit {
namespace {

constexpr std::string_view zone_text = R"(
_postern.example.com  TXT "postern-consent=abc"
_postern.split.example TXT "postern-consent" "=abc"
_postern.dated.example TXT "postern-consent=abc until=2026-11-26"
_postern.past.example TXT "postern-consent=abc until=2026-11-25"
_postern.odd.example TXT "postern-consent=abc until=for ever"
_postern.longer.example TXT "postern-consent=abcd"
_postern.renewed.example TXT "postern-consent=abc until=2025-01-01"
_postern.renewed.example TXT "postern-consent=abc until=2027-01-01"
_postern.mute.example TIMEOUT
25.113.0.203.in-addr.arpa PTR mail.example.com
99.113.0.203.in-addr.arpa PTR mx7.shared.example
)";

const std::vector<SharedHosts> shared{{"Provider", {"shared.example"}}};
const std::vector<FilterService> services{{.id = "f", .name = "Filter", .mx = {"filter.example"}}};

const Instant now{std::chrono::milliseconds(1'795'660'000'000)};  // 2026-11-26

Consent ask(const char* domain, const char* word = "postern-consent=abc", const char* ip = "203.0.113.25",
            const char* host = "mail.example.com", bool on_host = false, bool own = false) {
    const auto zone = *dns::ZoneText::parse(zone_text);
    return dns::settle(dns::Evaluation(find_consent({.domain = *DomainName::parse(domain),
                                                     .now = now,
                                                     .word = word,
                                                     .hosts = {*DomainName::parse(host)},
                                                     .addresses = {*IpAddress::parse(ip)},
                                                     .on_the_host = on_host,
                                                     .named_as_own = own,
                                                     .shared = shared,
                                                     .services = services})),
                       zone);
}

TEST(Consent, is_a_record_that_holds_the_auditors_own_word) {
    EXPECT_TRUE(ask("example.com").given);
    EXPECT_TRUE(ask("split.example").given);
    EXPECT_FALSE(ask("example.com", "postern-consent=other").given);
    EXPECT_FALSE(ask("example.com", "postern-consent=").given);
}

TEST(Consent, ends_with_the_day_that_the_record_names) {
    EXPECT_TRUE(ask("dated.example").given);
    EXPECT_TRUE(ask("past.example").why_not.contains("has ended"));
    EXPECT_FALSE(ask("odd.example").given);
    EXPECT_FALSE(ask("longer.example").given);
    EXPECT_TRUE(ask("renewed.example").given);
}

TEST(Consent, names_the_record_to_publish_where_there_is_none) {
    const Consent consent = ask("plain.example");
    EXPECT_FALSE(consent.given);
    EXPECT_TRUE(consent.why_not.contains("_postern.plain.example \"postern-consent=abc\"")) << consent.why_not;
}

TEST(Consent, is_not_given_by_silence) { EXPECT_TRUE(ask("mute.example").why_not.contains("could not be read")); }

TEST(Consent, is_given_by_the_servers_own_configuration_on_the_server_itself) {
    EXPECT_TRUE(ask("plain.example", "", "203.0.113.25", "mail.example.com", true, true).given);
    EXPECT_FALSE(ask("plain.example", "", "203.0.113.25", "mail.example.com", true, false).given);
    EXPECT_FALSE(ask("plain.example", "", "203.0.113.25", "mail.example.com", false, true).given);
}

TEST(Consent, is_never_enough_for_a_providers_shared_host) {
    EXPECT_TRUE(
        ask("example.com", "postern-consent=abc", "203.0.113.25", "mx1.shared.example").why_not.contains("Provider"));
    EXPECT_TRUE(
        ask("example.com", "postern-consent=abc", "203.0.113.25", "mx1.filter.example").why_not.contains("Filter"));
    EXPECT_TRUE(ask("example.com", "postern-consent=abc", "203.0.113.99").why_not.contains("mx7.shared.example"));
    EXPECT_FALSE(ask("example.com", "", "203.0.113.99", "mail.example.com", true, true).given);
}

}  // namespace
}  // namespace postern::audit
