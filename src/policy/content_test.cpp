// SPDX-License-Identifier: Apache-2.0
#include "policy/attachments.hpp"
#include "policy/ceilings.hpp"
#include "policy/masquerade.hpp"
#include "policy/session.hpp"
#include "policy/sources.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::policy {
namespace {

using namespace std::chrono_literals;
using wire::ScanVerdict;

constexpr Instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 12h};

struct Name {
    const char* name;
    std::string file;
    bool dangerous;
};
class Names : public testing::TestWithParam<Name> {};
TEST_P(Names, are_judged_as_people_will_see_them) {
    EXPECT_EQ(!deceit_in_name(GetParam().file, {}).empty(), GetParam().dangerous)
        << deceit_in_name(GetParam().file, {});
}
INSTANTIATE_TEST_SUITE_P(Rows, Names,
                         testing::Values(Name{"pdf", "invoice.pdf", false}, Name{"exe", "invoice.exe", true},
                                         Name{"double", "invoice.pdf.exe", true},
                                         Name{"other_way", "invoice.exe.pdf", false},
                                         Name{"capitals", "INVOICE.EXE", true},
                                         Name{"dot_behind", "invoice.exe.", true},
                                         Name{"blanks_behind", "invoice.exe   ", true},
                                         Name{"zero_behind", std::string("invoice.exe\0.pdf", 16), true},
                                         Name{"turned",
                                              "invoice\xE2\x80\xAE"
                                              "fdp.exe",
                                              true},
                                         Name{"turned_harmless_end",
                                              "x\xE2\x80\xAE"
                                              "exe.pdf",
                                              true},
                                         Name{"isolated",
                                              "x\xE2\x81\xA6"
                                              "exe.pdf",
                                              true},
                                         Name{"in_a_folder", "a/b\\c.js", true}, Name{"none", "README", false},
                                         Name{"image", "disk.img", true}, Name{"note", "note.one", true},
                                         Name{"empty", "", false}, Name{"dot_alone", ".exe", true}),
                         [](const auto& row) { return row.param.name; });

Settings enforcing() {
    Settings out;
    out.site.domains = {*DomainName::parse("example.com")};
    out.malware.mode = out.spam.mode = out.identity.mode = out.ceilings.mode = Mode::enforce;
    out.relay.login_sender_mode = Mode::enforce;
    out.malware.scanner = out.spam.filter = true;
    return out;
}

constexpr std::string_view plain = "From: Bert <bert@plain.example>\r\n\r\nhello\r\n";

/// A message that came in from a stranger, or left with a login.
Decision judged(const Settings& settings, std::string_view octets, MessageFacts facts, const char* login = "",
                const char* ip = "198.51.100.7") {
    SessionPolicy session(settings, {.ip = *IpAddress::parse(ip)});
    (void)session.mail("<x@example.com>", login);
    const auto message = wire::parse_message(octets);
    const auto walk = wire::walk_mime(octets);
    facts.message = message ? &*message : nullptr;
    facts.mime = &walk;
    return session.message(facts, {});
}

std::string deciding(const Decision& decision) {
    return decision.deciding() == nullptr ? "" : std::string(decision.deciding()->code);
}

TEST(Malware, only_clean_passes) {
    const Settings settings = enforcing();
    EXPECT_EQ(judged(settings, plain, {.scan = ScanVerdict::clean()}).action(), Action::accept);
    EXPECT_EQ(deciding(judged(settings, plain, {.scan = ScanVerdict::infected("Eicar")})), "m1.virus.found");
    EXPECT_EQ(judged(settings, plain, {.scan = ScanVerdict::unscannable("scan.too_large", "x")}).action(),
              Action::hold);
    const Decision silent = judged(settings, plain, {.scan = ScanVerdict::unscannable("scan.no_answer", "x")});
    EXPECT_EQ(silent.action(), Action::defer);
    EXPECT_FALSE(silent.refusal("")->is_permanent());
}

TEST(Malware, while_it_observes_it_only_says_would) {
    Settings settings = enforcing();
    settings.malware.mode = Mode::observe;
    for (const auto& scan : {ScanVerdict::infected("Eicar"), ScanVerdict::unscannable("scan.no_answer", "x")}) {
        const Decision decision = judged(settings, plain, {.scan = scan});
        EXPECT_EQ(decision.action(), Action::accept);
        ASSERT_EQ(decision.findings().size(), 1U);
        EXPECT_TRUE(decision.findings().front().would);
    }
}

TEST(Malware, from_the_filter_nothing_is_refused_for_its_content) {
    Settings settings = enforcing();
    settings.sources.declared = true;
    settings.sources.allowed = {{*Network::parse("192.0.2.0/24"), "config"}};
    const auto act = [&](const char* ip) {
        return judged(settings, plain, {.scan = ScanVerdict::infected("Eicar")}, "", ip).action();
    };
    EXPECT_EQ(act("192.0.2.7"), Action::hold);
    EXPECT_EQ(act("198.51.100.7"), Action::refuse);
    EXPECT_EQ(act("192.0.2.7"), Action::hold);
}

TEST(Attachments, each_danger_is_found_and_doubt_with_danger_is_held) {
    const Settings settings = enforcing();
    const auto act = [&](const std::string& part) {
        return judged(settings,
                      "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + part +
                          "\r\n--b--\r\n",
                      {});
    };
    EXPECT_EQ(deciding(act("Content-Type: application/pdf; name=a.pdf\r\n\r\nx")), "");
    EXPECT_EQ(deciding(act("Content-Type: application/pdf; name=a.exe\r\n\r\nx")), "m1.attachment.dangerous");
    EXPECT_EQ(deciding(act("Content-Type: application/pdf; name=a.pdf\r\n\r\nMZ\x90")), "m1.attachment.dangerous");
    EXPECT_EQ(deciding(act("Content-Type: application/hta\r\n\r\nx")), "m1.attachment.dangerous");
    EXPECT_EQ(act("Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx").action(), Action::tag);
    Settings milder = settings;
    milder.malware.attachments = Action::tag;
    Decision doubtful;
    judge_attachments(wire::walk_mime("Content-Type: x/y; name=a.txt; name=a.exe\r\n\r\nx"), milder.malware, doubtful);
    EXPECT_EQ(doubtful.action(), Action::hold);
}

TEST(Spam, thresholds_hold_by_direction) {
    const Settings settings = enforcing();
    const auto act = [&](double score, const char* login) {
        return judged(settings, "From: anna@example.com\r\n\r\nx\r\n",
                      {.spam = wire::SpamVerdict{.action = "no action", .score = score}}, login)
            .action();
    };
    EXPECT_EQ(act(5.9, ""), Action::accept);
    EXPECT_EQ(act(6, ""), Action::tag);
    EXPECT_EQ(act(15, ""), Action::refuse);
    EXPECT_EQ(act(7.9, "anna"), Action::accept);
    EXPECT_EQ(act(8, "anna"), Action::hold);
    EXPECT_EQ(act(15, "anna"), Action::refuse);
}

TEST(Spam, the_test_message_is_stopped_both_ways_and_a_silent_filter_defers) {
    const Settings settings = enforcing();
    const wire::SpamVerdict test{.action = "reject", .score = 0, .symbols = {{"GTUBE", 0}}};
    for (const char* login : {"", "anna"})
        EXPECT_EQ(judged(settings, "From: anna@example.com\r\n\r\nx\r\n", {.spam = test}, login).action(),
                  Action::refuse);
    EXPECT_EQ(judged(settings, plain, {.spam_fault = "no answer"}).action(), Action::defer);
}

TEST(Header, a_login_sends_under_the_sites_addresses_and_with_one_from) {
    const Settings settings = enforcing();
    const auto code = [&](const char* header) {
        return deciding(judged(settings, std::string(header) + "\r\n\r\nx\r\n", {}, "anna"));
    };
    EXPECT_EQ(code("From: anna@example.com"), "");
    EXPECT_EQ(code("From: boss@plain.example"), "m6.sender.foreign");
    EXPECT_EQ(code("From: anna@example.com, boss@plain.example"), "m6.sender.foreign");
    EXPECT_EQ(code("From: anna@example.com\r\nFrom: boss@example.com"), "m5.from.several");
    EXPECT_EQ(code("Subject: x"), "m5.from.several");
}

TEST(Header, a_machine_whose_name_leaves_as_the_domain_is_of_the_site) {
    Settings settings = enforcing();
    const auto code = [&](const char* header) {
        return deciding(judged(settings, std::string(header) + "\r\n\r\nx\r\n", {}, "anna"));
    };
    EXPECT_EQ(code("From: anna@pc7.example.com"), "m6.sender.foreign");
    settings.identity.masquerade = {"example.com"};
    EXPECT_EQ(code("From: anna@pc7.example.com"), "");
    EXPECT_EQ(code("From: anna@pc7.notexample.com"), "m6.sender.foreign");
    settings.identity.masquerade = {"plain.example"};  // what it would be shown as is none of the site's
    EXPECT_EQ(code("From: anna@pc7.plain.example"), "m6.sender.foreign");
}

TEST(Limits, size_and_hops) {
    Settings settings = enforcing();
    settings.limits.message_octets = 100;
    EXPECT_EQ(deciding(judged(settings, plain, {.octets = 100})), "");
    EXPECT_EQ(deciding(judged(settings, plain, {.octets = 101})), "limit.message_size");
    std::string hops;
    for (int i = 0; i < 50; ++i) hops += "Received: x\r\n";
    EXPECT_EQ(deciding(judged(settings, hops + std::string(plain), {})), "");
    EXPECT_EQ(deciding(judged(settings, hops + "Received: x\r\n" + std::string(plain), {})), "limit.received_hops");
}

std::vector<std::string> people(int from, int count) {
    std::vector<std::string> out;
    for (int i = from; i < from + count; ++i) out.push_back("p" + std::to_string(i) + "@plain.example");
    return out;
}

/// A day at a mail server, in virtual time.
TEST(Attachments, what_nobody_can_look_into_waits_and_is_named) {
    const auto unseen = [](std::string_view octets) { return std::string(unseen_in(wire::walk_mime(octets))); };
    constexpr std::string_view piece =
        "From: a@example.com\r\nContent-Type: message/partial; id=x; number=1; total=2\r\n\r\nx";
    EXPECT_EQ(unseen(plain), "");
    EXPECT_EQ(unseen(piece), "piece");
    wire::MimeWalk locked;
    locked.parts.resize(2);
    locked.parts[1].encrypted_archive = true;
    EXPECT_EQ(unseen_in(locked), "locked");
    locked.unscannable = "mime.too_deep";
    EXPECT_EQ(unseen_in(locked), "mime.too_deep");
    Settings settings = enforcing();
    EXPECT_EQ(deciding(judged(settings, piece, {.scan = ScanVerdict::clean()})), "m1.message.piece");
    EXPECT_EQ(judged(settings, piece, {.scan = ScanVerdict::clean()}).action(), Action::hold);
    settings.malware.unscannable = Action::refuse;
    EXPECT_EQ(judged(settings, piece, {.scan = ScanVerdict::clean()}).action(), Action::refuse);
}

TEST(Ceilings, a_burst_is_seen_and_forgotten) {
    SenderBook book;
    EXPECT_EQ(book.add("anna", people(0, 100), noon).hour, 100U);
    EXPECT_EQ(book.add("anna", people(0, 1), noon + 30min).hour, 101U);
    EXPECT_EQ(book.counts("anna", noon + 59min).hour, 101U);
    EXPECT_EQ(book.counts("anna", noon + 61min).hour, 1U);
    EXPECT_EQ(book.counts("anna", noon + 23h).day, 101U);
    EXPECT_EQ(book.counts("anna", noon + 25h).day, 0U);
    EXPECT_EQ(book.counts("bert", noon).hour, 0U);
}
TEST(Ceilings, a_recipient_is_new_once) {
    SenderBook book;
    EXPECT_EQ(book.add("anna", people(0, 10), noon).new_in_day, 10U);
    EXPECT_EQ(book.add("anna", people(5, 10), noon + 1min).new_in_day, 15U);
}
TEST(Ceilings, the_number_of_senders_is_bounded) {
    SenderBook book;
    for (std::size_t i = 0; i < SenderBook::max_senders + 1; ++i)
        (void)book.add("s" + std::to_string(i), {"a@b"}, noon + std::chrono::milliseconds(i));
    EXPECT_LE(book.size(), SenderBook::max_senders);
    EXPECT_EQ(book.counts("s0", noon + 30s).hour, 0U);
    EXPECT_EQ(book.counts("s" + std::to_string(SenderBook::max_senders), noon + 30s).hour, 1U);
}
TEST(Ceilings, at_the_limit_and_one_beyond) {
    const CeilingSettings settings{.mode = Mode::enforce};
    const auto act = [&](SenderCounts counts) {
        Decision decision;
        judge_ceilings("anna", counts, settings, decision);
        return std::pair(decision.action(), decision.findings().size());
    };
    EXPECT_EQ(act({.hour = 100}), std::pair(Action::accept, std::size_t{0}));
    EXPECT_EQ(act({.hour = 101, .added = 1}), std::pair(Action::accept, std::size_t{1}));
    EXPECT_EQ(act({.hour = 102, .added = 1}), std::pair(Action::accept, std::size_t{0}));
    EXPECT_EQ(act({.hour = 400, .added = 300}), std::pair(Action::accept, std::size_t{1}));
    EXPECT_EQ(act({.hour = 500}).first, Action::accept);
    EXPECT_EQ(act({.hour = 501}).first, Action::hold);
    EXPECT_EQ(act({.day = 1'000}).first, Action::accept);
    EXPECT_EQ(act({.day = 1'001}).first, Action::hold);
    EXPECT_EQ(act({.new_in_day = 200}).first, Action::accept);
    EXPECT_EQ(act({.new_in_day = 201}).first, Action::hold);
}

MasqueradeDomains masquerading() {
    const std::vector domains{*DomainName::parse("example.com")};
    return {.all = domains, .confirmed = domains};
}
Changes changes(std::string_view header, const MasqueradeDomains& domains,
                const char* sender = "<anna@pc7.example.com>") {
    const auto message = wire::parse_message(std::string(header) + "\r\nx\r\n");
    return outgoing_changes(*MailAddress::parse(sender), *message, domains, true, "<new@example.com>", "today");
}
constexpr std::string_view complete = "Date: x\r\nMessage-ID: <1@pc7.example.com>\r\n";

TEST(Masquerade, names_of_machines_become_the_domain) {
    const Changes made =
        changes(std::string(complete) +
                    "Received: from pc7.example.com\r\nFrom: \"Anna @pc7.example.com\" <anna@pc7.example.com>\r\n"
                    "Reply-To: anna@example.com,\r\n bert@pc8.example.com (at pc9@example.com)\r\n",
                masquerading());
    EXPECT_EQ(made.sender, "anna@example.com");
    ASSERT_EQ(made.changed.size(), 2U);
    EXPECT_EQ(made.changed[0].value, "\"Anna @pc7.example.com\" <anna@example.com>");
    EXPECT_EQ(made.changed[1].name, "Reply-To");
    EXPECT_EQ(made.changed[1].value, "anna@example.com,\r\n bert@example.com (at pc9@example.com)");
    EXPECT_TRUE(made.added.empty());
}
TEST(Masquerade, a_sender_that_needs_quotes_keeps_them) {
    const auto sender = [](const char* path) {
        return changes(std::string(complete) + "From: a@example.com\r\n", masquerading(), path).sender.value_or("");
    };
    EXPECT_EQ(sender("<a.b+c@pc7.example.com>"), "a.b+c@example.com");
    EXPECT_EQ(sender("<\"a b\"@pc7.example.com>"), "\"a b\"@example.com");
    EXPECT_EQ(sender("<\"boss@plain.example\"@pc7.example.com>"), "\"boss@plain.example\"@example.com");
    EXPECT_EQ(sender("<\"a\\\"\\\\b\"@pc7.example.com>"), "\"a\\\"\\\\b\"@example.com");
    EXPECT_EQ(sender("<\".a\"@pc7.example.com>"), "\".a\"@example.com");
    EXPECT_EQ(sender("<j\xC3\xBCrgen@pc7.example.com>"), "j\xC3\xBCrgen@example.com");
}
TEST(Masquerade, foreign_and_proper_names_stay) {
    EXPECT_TRUE(
        changes(std::string(complete) + "From: anna@example.com\r\n", masquerading(), "<anna@example.com>").none());
    EXPECT_TRUE(
        changes(std::string(complete) + "From: a@notexample.com\r\n", masquerading(), "<a@plain.example>").none());
}
TEST(Masquerade, signed_mail_is_left_alone_and_so_is_all_before_the_preview_was_confirmed) {
    EXPECT_TRUE(changes("DKIM-Signature: v=1\r\nFrom: a@pc7.example.com\r\n", masquerading()).none());
    MasqueradeDomains unconfirmed = masquerading();
    unconfirmed.confirmed.clear();
    EXPECT_TRUE(changes(std::string(complete) + "From: a@pc7.example.com\r\n", unconfirmed).none());
}
TEST(Masquerade, what_a_message_lacks_is_added) {
    const Changes made = changes("From: a@example.com\r\n", masquerading(), "<a@example.com>");
    ASSERT_EQ(made.added.size(), 2U);
    EXPECT_EQ(made.added[0].name, "Date");
    EXPECT_EQ(made.added[1].value, "<new@example.com>");
}

TEST(Ceilings, people_are_told_once_also_while_the_measure_only_observes) {
    SenderBook book;
    Decision first, second;
    judge_ceilings("anna", book.add("anna", people(0, 150), noon), {}, first);
    judge_ceilings("anna", book.add("anna", people(0, 1), noon + 1s), {}, second);
    ASSERT_EQ(first.findings().size(), 1U);
    EXPECT_EQ(first.findings()[0].code, "mc.ceiling.alert");
    EXPECT_FALSE(first.findings()[0].would);
    EXPECT_EQ(first.findings()[0].evidence, "anna: 150 recipients in an hour, 100 are usual at most");
    EXPECT_TRUE(second.findings().empty());
}

TEST(FilterSet, the_real_client_stands_in_the_filters_own_lines) {
    SourceSettings sources;
    sources.allowed = {{*Network::parse("192.0.2.0/24"), "config"}};
    const auto client = [&](const std::string& header) {
        const auto message = wire::parse_message(header);
        const auto ip = client_behind_filter(*message, sources);
        return ip ? ip->to_string() : "";
    };
    EXPECT_EQ(client("Received: from x (mail.x.example [198.51.100.7]) by mx.filter.example; now\r\n\r\n"),
              "198.51.100.7");
    EXPECT_EQ(client("Received: from x ([IPv6:2001:db8::7]) by mx.filter.example; now\r\n\r\n"), "2001:db8::7");
    EXPECT_EQ(client("Received: from x ([10.0.0.1]) by [198.51.100.7]; now\r\n\r\n"), "");
    EXPECT_EQ(client("Subject: x\r\n\r\n"), "");
    const std::string inner = "Received: from a ([10.0.0.1]) by b; now\r\n",
                      edge = "Received: from b ([192.0.2.8]) by c; now\r\n",
                      real = "Received: from x ([198.51.100.7]) by a; now\r\n",
                      forged = "Received: from y ([203.0.113.9]) by x; then\r\n";
    EXPECT_EQ(client(real + forged + "\r\n"), "198.51.100.7");
    EXPECT_EQ(client(edge + inner + real + forged + "\r\n"), "198.51.100.7");
    EXPECT_EQ(client("Received: by c; now\r\n" + forged + "\r\n"), "");
    std::string long_way;
    for (int i = 0; i < 7; ++i) long_way += inner;
    EXPECT_EQ(client(long_way + real + "\r\n"), "198.51.100.7");
    EXPECT_EQ(client(long_way + inner + real + "\r\n"), "");
}

}  // namespace
}  // namespace postern::policy
