// SPDX-License-Identifier: Apache-2.0
// Judges by table: what was collected and what the DNS says, as text, and the tags that must come of it, passes included.
// Faults that need a real server are in lab/scenarios/audit.
#include "audit/record.hpp"
#include "audit/report.hpp"
#include "base/zone_text.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <set>

namespace postern::audit {
namespace {

constexpr std::string_view zone_text = R"(
example.com          MX   10 mail.example.com
example.com          TXT  "v=spf1 ip4:203.0.113.25 ip6:2001:db8:5::25 -all"
mail.example.com     A    203.0.113.25
mail.example.com     AAAA 2001:db8:5::25
mail.example.com     TXT  "v=spf1 a -all"
25.113.0.203.in-addr.arpa PTR mail.example.com
_smtp._tls.example.com TXT "v=TLSRPTv1; rua=mailto:t@example.com"
_dmarc.example.com   TXT  "v=DMARC1; p=reject"
unnamed.example      TXT  "v=spf1 ip6:2001:db8:5::99 -all"
mute.example         TIMEOUT
dane.example         MX   10 mail.dane.example
mail.dane.example    A    203.0.113.25
_25._tcp.mail.dane.example TLSA 0301010101
usage1.example       MX   10 mail.usage1.example
mail.usage1.example  A    203.0.113.25
_25._tcp.mail.usage1.example TLSA 0101010101
null.example         MX   0 .
behind.example       MX   10 mx1.antispamcloud.com
behind.example       TXT  "v=spf1 ip4:203.0.113.25 -all"
owa.behind.example   A    203.0.113.25
)";

const Instant now = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)) + std::chrono::hours(12);

using Change = std::function<void(Evidence&)>;

Evidence evidence_of(std::string_view domain, const Change& change) {
    Evidence evidence{.taken = now, .domain = *DomainName::parse(domain)};
    evidence.services = {
        {.id = "spamexperts", .name = "Mail Assure", .mx = {"antispamcloud.com"}, .ranges = "its page"}};
    change(evidence);
    evidence.read_files();
    return evidence;
}

Judged judge(const char* id, const Evidence& evidence) {
    static const auto zone = *dns::ZoneText::parse(zone_text);
    Selection selection;
    selection.only = {id};
    Report report = dns::settle(dns::Evaluation(judge_all(evidence, selection)), zone);
    EXPECT_EQ(report.judged.size(), 1U);
    return report.judged.at(0);
}

std::vector<std::string> tags(const Judged& judged) {
    std::set<std::string> out;
    for (const Finding& finding : judged.findings) out.emplace(finding.tag);
    return {out.begin(), out.end()};
}

// --- Changes to the evidence ---

Change nothing() {
    return [](Evidence&) {};
}
Change file(const char* name, std::string text) {
    return [=](Evidence& evidence) { evidence.files[name] = text; };
}
Change message(std::string text) { return file("message", std::move(text)); }
Change given(const char* ip) {
    return [=](Evidence& evidence) { evidence.given.push_back(*IpAddress::parse(ip)); };
}
Change logs(std::function<void(evidence::MailLogFindings&)> fill) {
    return [=](Evidence& evidence) {
        evidence.logs.emplace();
        evidence.logs->understood = 1;
        fill(*evidence.logs);
    };
}
Change look(std::function<void(SmtpLook&)> fill) {
    return [=](Evidence& evidence) {
        SmtpLook one{.ip = *IpAddress::parse("203.0.113.25"),
                     .host = *DomainName::parse("mail.example.com"),
                     .banner = "mail.example.com"};
        fill(one);
        evidence.looks.push_back(one);
    };
}
Change word(std::string subject, int tier, std::string status) {
    return [=](Evidence& evidence) {
        evidence.lists.push_back({.subject = subject,
                                  .zone = "zen.spamhaus.org",
                                  .name = "ZEN",
                                  .tier = tier,
                                  .status = status,
                                  .reason = "it was silent."});
    };
}
Change resolver(std::function<void(SystemResolver&)> fill) {
    return [=](Evidence& evidence) { fill(evidence.resolver.emplace()); };
}
Change both(Change first, Change second) {
    return [=](Evidence& evidence) {
        first(evidence);
        second(evidence);
    };
}
Change from(const char* received, const char* fields = "From: a@example.com\nDate: x\nMessage-ID: <1@example.com>\n") {
    return message(std::string("Received: ") + received + "\n" + fields + "\nbody\n");
}
constexpr const char* good_hop =
    "from mail.example.com (mail.example.com [203.0.113.25]) by mx.c.example with ESMTPS id 1; x";
constexpr const char* odd_hop = "from pc7 (unknown [198.51.100.77]) by mx.c.example with ESMTP id 1; x";

// A connection of uid 33 to 198.51.100.9:25.
constexpr const char* sockets = "  sl  local\n   0: 197100CB:C000 096433C6:0019 01 0:0 0:0 0 33 0 1\n";
constexpr const char* users =
    "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\npostfix:x:101:101::/:/bin/false\n";

dns::Answer answered(dns::Outcome outcome, const char* ip = nullptr) {
    dns::Answer answer{.outcome = outcome};
    if (ip != nullptr) answer.records.push_back({{}, dns::Type::a, {}, *IpAddress::parse(ip)});
    return answer;
}

struct Row {
    const char* name;
    const char* id;
    const char* domain;
    Change change;
    Status status;
    std::vector<std::string> tags;
};

class Judges : public testing::TestWithParam<Row> {};

TEST_P(Judges, give_status_and_tags) {
    const Evidence evidence = evidence_of(GetParam().domain, GetParam().change);
    const Judged judged = judge(GetParam().id, evidence);
    EXPECT_EQ(to_string(judged.status), to_string(GetParam().status)) << judged.skipped;
    EXPECT_EQ(tags(judged), GetParam().tags);
    for (const Finding& finding : judged.findings)
        if (finding.status == Status::fail || finding.status == Status::warning)
            EXPECT_NE(finding.fix, "") << finding.tag;
}

TEST_P(Judges, give_the_same_from_a_record) {
    const Evidence evidence = evidence_of(GetParam().domain, GetParam().change);
    const auto recorded = from_record(to_record(evidence, {}));
    ASSERT_TRUE(recorded) << recorded.error().message;
    Evidence again = recorded->evidence;
    again.services = evidence.services;
    EXPECT_EQ(tags(judge(GetParam().id, again)), GetParam().tags);
}

using enum Status;
const char* const com = "example.com";

INSTANTIATE_TEST_SUITE_P(
    know, Judges,
    testing::Values(Row{"inventory", "0-01", com, nothing(), pass, {"INVENTORY"}},
                    Row{"inventory_surprise", "0-01", com, from(odd_hop), warning, {"INVENTORY_SURPRISE"}},
                    Row{"inventory_silent", "0-01", "mute.example", nothing(), unknown, {"INVENTORY_UNKNOWN"}},
                    Row{"resolver_inside",
                        "0-04",
                        com,
                        resolver([](auto& r) { r.addresses = {"127.0.0.1"}; }),
                        pass,
                        {"RESOLVER_INSIDE"}},
                    Row{"resolver_elsewhere",
                        "0-04",
                        com,
                        resolver([](auto& r) { r.addresses = {"8.8.8.8"}; }),
                        fail,
                        {"RESOLVER_ELSEWHERE"}},
                    Row{"resolver_none", "0-04", com, resolver([](auto&) {}), unknown, {"RESOLVER_NONE"}},
                    Row{"accepted",
                        "0-02",
                        com,
                        resolver([](auto& r) {
                            r.test_listed = answered(dns::Outcome::found, "127.0.0.2");
                            r.test_absent = answered(dns::Outcome::no_name);
                        }),
                        pass,
                        {"RESOLVER_ACCEPTED"}},
                    Row{"refused",
                        "0-02",
                        com,
                        resolver([](auto& r) {
                            r.test_listed = answered(dns::Outcome::found, "127.255.255.254");
                            r.test_absent = answered(dns::Outcome::no_name);
                        }),
                        fail,
                        {"RESOLVER_REFUSED"}},
                    Row{"blind",
                        "0-02",
                        com,
                        resolver([](auto& r) {
                            r.test_listed = answered(dns::Outcome::no_name);
                            r.test_absent = answered(dns::Outcome::no_name);
                        }),
                        fail,
                        {"RESOLVER_BLIND"}},
                    Row{"silent",
                        "0-02",
                        com,
                        resolver([](auto& r) {
                            r.test_listed = answered(dns::Outcome::timed_out);
                            r.test_absent = answered(dns::Outcome::no_name);
                        }),
                        unknown,
                        {"RESOLVER_SILENT"}},
                    Row{"validates",
                        "0-05",
                        com,
                        resolver([](auto& r) {
                            r.signed_name = answered(dns::Outcome::found);
                            r.signed_name->authentic_by_resolver = true;
                        }),
                        pass,
                        {"VALIDATES"}},
                    Row{"does_not_validate",
                        "0-05",
                        com,
                        resolver([](auto& r) { r.signed_name = answered(dns::Outcome::found); }),
                        warning,
                        {"DOES_NOT_VALIDATE"}},
                    Row{"validation_unknown", "0-05", com, resolver([](auto&) {}), unknown, {"VALIDATION_UNKNOWN"}},
                    Row{"v4_listed", "0-07", com, word("203.0.113.25", 1, "listed"), fail, {"LISTED"}},
                    Row{"v4_clean", "0-07", com, word("203.0.113.25", 1, "clean"), pass, {"NOT_LISTED"}},
                    Row{"v4_unknown_beside_clean",
                        "0-07",
                        com,
                        both(word("203.0.113.25", 1, "clean"), word("203.0.113.25", 1, "unknown")),
                        unknown,
                        {"LIST_UNKNOWN"}},
                    Row{"v6_listed", "0-08", com, word("2001:db8:5::25", 1, "listed"), fail, {"LISTED"}},
                    Row{"v6_none", "0-08", com, word("203.0.113.25", 1, "clean"), pass, {"V6_NONE"}},
                    Row{"lesser", "0-09", com, word("203.0.113.25", 2, "listed"), fail, {"LISTED"}},
                    Row{"domain_listed", "0-12", com, word("example.com", 1, "listed"), fail, {"LISTED"}},
                    Row{"domain_clean", "0-12", com, word("example.com", 1, "clean"), pass, {"NOT_LISTED"}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    malware_and_egress, Judges,
    testing::Values(
        Row{"foreign_connection",
            "1-14",
            com,
            both(file("proc.tcp", sockets), file("passwd", users)),
            fail,
            {"FOREIGN_CONNECTION"}},
        Row{"mail_servers_connection",
            "1-14",
            com,
            both(file("proc.tcp", "x\n 0: 197100CB:C000 096433C6:0019 01 0:0 0:0 0 101 0 1\n"), file("passwd", users)),
            pass,
            {"NO_FOREIGN_CONNECTION"}},
        Row{"no_table", "1-14", com, nothing(), skipped, {}},
        Row{"version_open",
            "1-16",
            com,
            file("exim.options", "primary_hostname = mail.example.com"),
            unknown,
            {"VERSIONS_UNKNOWN"}},
        Row{"version_old",
            "1-16",
            com,
            both(file("exim.options", "a = b"), file("exim.version", "Exim version 4.92 #1")),
            fail,
            {"VERSION_OPEN"}},
        Row{"version_packaged",
            "1-16",
            com,
            both(file("postfix.main", "mail_version = 3.4.14"),
                 file("packages", "postfix:\n  Installed: 3.4.14\n  Candidate: 3.4.14\n")),
            warning,
            {"VERSION_BACKPORTED"}},
        Row{"version_pending",
            "1-16",
            com,
            both(file("postfix.main", "mail_version = 3.7.10"),
                 file("packages", "postfix:\n  Installed: 3.7.10\n  Candidate: 3.7.11\n")),
            fail,
            {"VERSION_UPDATE_PENDING"}},
        Row{"version_fine", "1-16", com, file("postfix.main", "mail_version = 3.9.1"), pass, {"VERSION_FINE"}},
        Row{"attested",
            "1-18",
            com,
            [](Evidence& e) { e.attestations.push_back({"endpoint-protection", "Anna", "2026-11-02"}); },
            pass,
            {"ATTESTED"}},
        Row{"attested_long_ago",
            "1-18",
            com,
            [](Evidence& e) { e.attestations.push_back({"endpoint-protection", "Anna", "2025-11-02"}); },
            warning,
            {"ATTESTED_LONG_AGO"}},
        Row{"not_attested", "1-18", com, nothing(), unknown, {"NOT_ATTESTED"}},
        Row{"port25_open", "2-01", com, look([](SmtpLook&) {}), fail, {"PORT25_OPEN_HERE"}},
        Row{"port25_shut",
            "2-01",
            com,
            both(look([](SmtpLook& l) { l.unknown = "no answer"; }), [](Evidence& e) { e.port25_blocked_here = true; }),
            pass,
            {"PORT25_SHUT_HERE"}},
        Row{"port25_on_the_server",
            "2-01",
            com,
            both(look([](SmtpLook&) {}), file("postfix.main", "a = b")),
            pass,
            {"PORT25_OPEN_FOR_SERVER"}},
        Row{"reaches",
            "2-06",
            com,
            logs([](auto& l) {
                for (const char* ip : {"198.51.100.1", "198.51.100.2", "198.51.100.3"}) l.receivers.add(ip);
            }),
            pass,
            {"REACHES"}},
        Row{"reaches_nobody",
            "2-06",
            com,
            logs([](auto& l) {
                for (const char* ip : {"198.51.100.1", "198.51.100.2", "198.51.100.3"}) l.unreachable.add(ip);
            }),
            fail,
            {"REACHES_NOBODY"}},
        Row{"reaches_too_few", "2-06", com, logs([](auto&) {}), skipped, {"REACHES_TOO_FEW"}},
        Row{"source_expected", "2-07", com, from(good_hop), pass, {"SOURCE_EXPECTED"}},
        Row{"source_unexpected", "2-07", com, from(odd_hop), fail, {"SOURCE_UNEXPECTED"}},
        Row{"source_not_seen", "2-07", com, message("From: a@b\n\nx\n"), unknown, {"SOURCE_NOT_SEEN"}},
        Row{"users_guarded",
            "2-10",
            com,
            file("firewall", "type filter hook output priority 0;\ntcp dport 25 meta skuid != 101 counter reject\n"),
            pass,
            {"USERS_GUARDED"}},
        Row{"users_unguarded", "2-10", com, file("firewall", ""), fail, {"USERS_UNGUARDED"}},
        Row{"not_forwarding",
            "2-11",
            com,
            both(file("firewall", ""), file("ip_forward", "0\n")),
            pass,
            {"NOT_FORWARDING"}},
        Row{"forward_unguarded",
            "2-11",
            com,
            both(file("firewall", ""), file("ip_forward", "1\n")),
            fail,
            {"FORWARD_UNGUARDED"}},
        Row{"forwarding_unknown", "2-11", com, file("firewall", ""), unknown, {"FORWARDING_UNKNOWN"}},
        Row{"senders_own",
            "2-17",
            com,
            [](Evidence& e) {
                e.reports.push_back(
                    {.domain = "example.com", .rows = {{.source = *IpAddress::parse("203.0.113.25"), .count = 1}}});
            },
            pass,
            {"SENDERS_OWN"}},
        Row{"senders_third",
            "2-17",
            com,
            [](Evidence& e) {
                e.reports.push_back(
                    {.domain = "example.com",
                     .rows = {{.source = *IpAddress::parse("198.51.100.5"), .count = 1, .dkim_aligned = true},
                              {.source = *IpAddress::parse("198.51.100.6"), .count = 1}}});
            },
            warning,
            {"SENDERS_THIRD_PARTY", "SENDERS_UNALIGNED"}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    spam_and_filter, Judges,
    testing::Values(Row{"client_hidden",
                        "3-03",
                        com,
                        logs([](auto& l) { l.inbound.add("198.51.100.1", 30); }),
                        fail,
                        {"CLIENT_HIDDEN"}},
                    Row{"clients_seen",
                        "3-03",
                        com,
                        logs([](auto& l) {
                            l.inbound.add("198.51.100.1", 15);
                            l.inbound.add("198.51.100.2", 15);
                        }),
                        pass,
                        {"CLIENTS_SEEN"}},
                    Row{"clients_too_few", "3-03", com, logs([](auto&) {}), skipped, {"CLIENTS_TOO_FEW"}},
                    Row{"mx_at_filter",
                        "4-01",
                        "behind.example",
                        [](Evidence& e) { e.filter_service = "spamexperts"; },
                        pass,
                        {"MX_AT_FILTER"}},
                    Row{"mx_beside_filter",
                        "4-01",
                        com,
                        [](Evidence& e) { e.filter_service = "spamexperts"; },
                        fail,
                        {"MX_BESIDE_FILTER"}},
                    Row{"mx_silent",
                        "4-01",
                        "mute.example",
                        [](Evidence& e) { e.filter_service = "spamexperts"; },
                        unknown,
                        {"MX_UNKNOWN"}},
                    Row{"origin_answers",
                        "4-02",
                        com,
                        both(look([](SmtpLook&) {}), [](Evidence& e) { e.filter_service = "spamexperts"; }),
                        fail,
                        {"ORIGIN_ANSWERS"}},
                    Row{"origin_silent",
                        "4-02",
                        com,
                        both(look([](SmtpLook& l) { l.unknown = "refused"; }),
                             [](Evidence& e) { e.filter_service = "spamexperts"; }),
                        pass,
                        {"ORIGIN_SILENT"}},
                    Row{"origin_named",
                        "4-06",
                        "behind.example",
                        [](Evidence& e) { e.filter_service = "spamexperts"; },
                        warning,
                        {"ORIGIN_NAMED"}},
                    Row{"around_filter",
                        "4-09",
                        com,
                        both(logs([](auto& l) { l.inbound.add("198.51.100.1", 3); }),
                             [](Evidence& e) {
                                 e.filter_service = "spamexperts";
                                 e.filter_networks = {*Network::parse("192.0.2.0/24")};
                             }),
                        fail,
                        {"INBOUND_AROUND_FILTER"}},
                    Row{"by_filter",
                        "4-09",
                        com,
                        both(logs([](auto& l) { l.inbound.add("192.0.2.1", 3); }),
                             [](Evidence& e) {
                                 e.filter_service = "spamexperts";
                                 e.filter_networks = {*Network::parse("192.0.2.0/24")};
                             }),
                        pass,
                        {"INBOUND_BY_FILTER"}},
                    Row{"no_filter", "4-09", com, logs([](auto&) {}), skipped, {}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    identity, Judges,
    testing::Values(
        Row{"ptr", "5-01", com, given("203.0.113.25"), fail, {"PTR_MISSING", "PTR_PRESENT"}},
        Row{"helo_is_ptr", "5-07", com, from(good_hop), pass, {"HELO_IS_PTR"}},
        Row{"helo_is_not_ptr",
            "5-07",
            com,
            from("from www.example.com (mail.example.com [203.0.113.25]) by mx.c.example with ESMTPS id 1; x"),
            warning,
            {"HELO_IS_NOT_PTR"}},
        Row{"helo_not_seen", "5-07", com, nothing(), skipped, {"HELO_NOT_SEEN"}},
        Row{"envelope", "5-10", com, message("Return-Path: <a@example.com>\n\nx\n"), pass, {"ENVELOPE_RESOLVES"}},
        Row{"envelope_null_mx",
            "5-10",
            com,
            message("Return-Path: <a@null.example>\n\nx\n"),
            fail,
            {"ENVELOPE_NULL_MX"}},
        Row{"envelope_nowhere",
            "5-10",
            com,
            message("Return-Path: <a@gone.example>\n\nx\n"),
            fail,
            {"ENVELOPE_UNREACHABLE"}},
        Row{"envelope_silent",
            "5-10",
            com,
            message("Return-Path: <a@mute.example>\n\nx\n"),
            unknown,
            {"ENVELOPE_UNKNOWN"}},
        Row{"internal_name",
            "5-11",
            com,
            message("From: a@example.com\nMessage-ID: <1@pc7.corp.local>\n\nx\n"),
            fail,
            {"INTERNAL_NAME"}},
        Row{"no_internal_name", "5-11", com, from(good_hop), pass, {"NO_INTERNAL_NAME"}},
        Row{"header_complete", "5-12", com, from(good_hop), pass, {"HEADER_COMPLETE"}},
        Row{"header_two_from",
            "5-12",
            com,
            from(good_hop, "From: a@b.example\nFrom: c@d.example\nDate: x\n"),
            fail,
            {"FROM_COUNT", "MESSAGE_ID_COUNT"}},
        Row{"spf_helo", "5-16", com, from(good_hop), pass, {"SPF_HELO_PASS"}},
        Row{"spf_helo_none",
            "5-16",
            com,
            from("from www.example.com (x [203.0.113.25]) by mx.c.example with ESMTPS id 1; x"),
            warning,
            {"SPF_HELO_NONE"}},
        Row{"dkim_none", "5-19", com, from(good_hop), fail, {"DKIM_NONE"}},
        Row{"dkim_malformed",
            "5-19",
            com,
            message("DKIM-Signature: v=1\nFrom: a@example.com\n\nx\n"),
            fail,
            {"DKIM_FAIL"}},
        Row{"dkim_no_message", "5-19", com, nothing(), skipped, {}},
        Row{"dkim_no_key", "5-20", com, from(good_hop), skipped, {"DKIM_NO_KEY_SEEN"}},
        Row{"dkim_fields",
            "5-21",
            com,
            message("DKIM-Signature: v=1; h=from; l=3\nFrom: a@example.com\nSubject: x\n\nx\n"),
            fail,
            {"DKIM_BODY_LENGTH", "DKIM_FIELDS_LEFT_OUT"}},
        Row{"dkim_testing", "5-22", com, from(good_hop), skipped, {"DKIM_NO_KEY_SEEN"}},
        Row{"aligned_by_spf",
            "5-24",
            com,
            from(good_hop, "Return-Path: <a@example.com>\nFrom: a@example.com\n"),
            pass,
            {"ALIGN_SPF"}},
        Row{"not_aligned",
            "5-24",
            com,
            from(odd_hop, "Return-Path: <a@example.com>\nFrom: a@example.com\n"),
            fail,
            {"ALIGN_NONE"}},
        Row{"tls",
            "5-28",
            com,
            look([](SmtpLook& l) {
                l.offered_tls = true;
                l.tls_version = "TLSv1.3";
                l.certificate_names = {"*.example.com"};
            }),
            pass,
            {"TLS_GOOD"}},
        Row{"tls_not_offered", "5-28", com, look([](SmtpLook&) {}), fail, {"TLS_NOT_OFFERED"}},
        Row{"tls_old",
            "5-28",
            com,
            look([](SmtpLook& l) {
                l.offered_tls = true;
                l.tls_version = "TLSv1";
            }),
            fail,
            {"TLS_OLD"}},
        Row{"tls_other_name",
            "5-28",
            com,
            look([](SmtpLook& l) {
                l.offered_tls = true;
                l.tls_version = "TLSv1.2";
                l.certificate_names = {"other.example"};
            }),
            warning,
            {"TLS_OTHER_NAME"}},
        Row{"tls_expired",
            "5-28",
            com,
            look([](SmtpLook& l) {
                l.offered_tls = true;
                l.tls_version = "TLSv1.2";
                l.certificate_expires = Instant(std::chrono::seconds(1));
            }),
            fail,
            {"TLS_EXPIRED"}},
        Row{"tls_not_seen",
            "5-28",
            com,
            look([](SmtpLook& l) { l.unknown = "it did not answer in time"; }),
            unknown,
            {"TLS_NOT_SEEN"}},
        Row{"tls_reports", "5-31", com, nothing(), pass, {"TLSRPT_PUBLISHED"}},
        Row{"tls_reports_none", "5-31", "dane.example", nothing(), warning, {"TLSRPT_NONE"}},
        Row{"tls_reports_silent", "5-31", "mute.example", nothing(), warning, {"TLSRPT_NONE"}},
        Row{"dane", "5-32", "dane.example", nothing(), pass, {"DANE_PUBLISHED"}},
        Row{"dane_unusable", "5-32", "usage1.example", nothing(), fail, {"DANE_UNUSABLE"}},
        Row{"dane_not_used", "5-32", com, nothing(), pass, {"DANE_NOT_USED"}},
        Row{"v6_without_name", "5-37", "unnamed.example", nothing(), fail, {"V6_WITHOUT_NAME"}},
        Row{"v6_not_used", "5-37", "behind.example", nothing(), pass, {"V6_NOT_USED"}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    relay_and_contain, Judges,
    testing::Values(
        Row{"gateway_trusted",
            "6-08",
            com,
            both(logs([](auto& l) { l.by_client.add("172.17.0.1", 40); }),
                 file("postfix.main", "mynetworks = 172.17.0.0/24")),
            fail,
            {"GATEWAY_TRUSTED"}},
        Row{"clients_told_apart",
            "6-08",
            com,
            both(logs([](auto& l) {
                     l.by_client.add("10.0.0.1", 20);
                     l.by_client.add("10.0.0.2", 20);
                 }),
                 file("postfix.main", "mynetworks = 10.0.0.0/24")),
            pass,
            {"CLIENTS_TOLD_APART"}},
        Row{"auth_in_clear",
            "6-12",
            com,
            look([](SmtpLook& l) { l.ehlo = {"AUTH PLAIN LOGIN"}; }),
            fail,
            {"AUTH_IN_CLEAR"}},
        Row{"auth_needs_tls", "6-12", com, look([](SmtpLook& l) { l.ehlo = {"STARTTLS"}; }), pass, {"AUTH_NEEDS_TLS"}},
        Row{"auth_not_seen", "6-12", com, nothing(), skipped, {"AUTH_NOT_SEEN"}},
        Row{"auth_on_25", "6-13", com, look([](SmtpLook& l) { l.ehlo_tls = {"AUTH PLAIN"}; }), warning, {"AUTH_ON_25"}},
        Row{"no_auth_on_25", "6-13", com, look([](SmtpLook&) {}), pass, {"NO_AUTH_ON_25"}},
        Row{"guessing",
            "6-22",
            com,
            logs([](auto& l) { l.login_failures.add("198.51.100.7", 100); }),
            fail,
            {"GUESSING_UNCHECKED"}},
        Row{"guessing_checked",
            "6-22",
            com,
            logs([](auto& l) { l.login_failures.add("198.51.100.7", 99); }),
            pass,
            {"GUESSING_CHECKED"}},
        Row{"scripts", "8-09", com, logs([](auto& l) { l.by_local_user.add("33", 5); }), warning, {"SCRIPTS_UNNAMED"}},
        Row{"no_scripts", "8-09", com, logs([](auto&) {}), pass, {"NO_SCRIPTS"}}),
    [](const auto& info) { return info.param.name; });

TEST(Report, weighs_the_unknown_like_a_failure) {
    Report report;
    report.judged = {{.check = find_check("5-01"), .status = Status::unknown},
                     {.check = find_check("5-02"), .status = Status::pass}};
    EXPECT_EQ(report.scores().at(0).points, 50);
    EXPECT_EQ(report.next_action(), nullptr);
}

TEST(Report, names_the_worst_failure_first) {
    Report report;
    report.judged = {{.check = find_check("5-26"), .status = Status::fail},
                     {.check = find_check("5-14"), .status = Status::fail}};
    EXPECT_EQ(report.next_action()->check->id, "5-14");
}

TEST(Record, refuses_what_is_none) {
    EXPECT_FALSE(from_record("{}"));
    EXPECT_FALSE(from_record("not json"));
}

TEST(Record, answers_nothing_it_does_not_hold) {
    const Evidence evidence = evidence_of(com, nothing());
    const auto recorded = from_record(to_record(evidence, {}));
    ASSERT_TRUE(recorded);
    Selection selection;
    selection.only = {"5-14"};
    const Report report = dns::settle(dns::Evaluation(judge_all(recorded->evidence, selection)), recorded->book);
    EXPECT_EQ(report.judged.at(0).status, Status::unknown);
}

}  // namespace
}  // namespace postern::audit
