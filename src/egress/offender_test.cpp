// SPDX-License-Identifier: Apache-2.0
#include "egress/offender.hpp"

#include "egress/offender_book.hpp"
#include "egress/offender_json.hpp"

#include <gtest/gtest.h>

namespace postern::egress {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon{1'795'608'000'000ms};  // 2026-11-25T12:00:00Z

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }
IpAddress nth(std::string_view first, int n) {
    IpAddress out = ip(first);
    for (int i = 0; i < n; ++i) out = out.next();
    return out;
}

Attempt attempt(Instant at, int destination = 0, std::string_view source = "10.0.0.7") {
    return {at, ip(source), 0, nth("198.51.100.1", destination), 25};
}

Conversation mail(std::string helo, std::string sender) {
    Conversation out{.speech = Speech::smtp, .helo = std::move(helo), .sender = std::move(sender)};
    out.recipients = {"anna@example.com"};
    out.recipient_count = out.message_count = 1;
    out.lines = 5;
    out.subject = "Offer";
    return out;
}

Offender mass_mailer() {
    Offender out;
    for (int i = 0; i < 200; ++i) {
        out.note(attempt(noon + i * 100ms, i));
        Conversation said = mail("host" + std::to_string(i), "a@d" + std::to_string(i) + ".example");
        said.spoke_first = true;
        out.note(said, false);
    }
    return out;
}

Offender scanner(int attempts) {
    Offender out;
    for (int i = 0; i < attempts; ++i) {
        out.note(attempt(noon + i * 300s));
        Conversation said = mail("KM-C300i", "scanner@example.com");
        said.quit = true;
        out.note(said, false);
    }
    return out;
}

Offender person() {
    Offender out;
    out.note(attempt(noon));
    Conversation said = mail("test", "me@example.com");
    said.paused_lines = 4;
    out.note(said, false);
    return out;
}

Offender forgotten_server() {
    Offender out;
    for (int i = 0; i < 40; ++i) {
        out.note(attempt(noon + i * 2s, i));
        Conversation said = mail("app.example.com", "shop@example.com");
        said.quit = true;
        out.note(said, false);
    }
    return out;
}

Offender speaking(Speech speech, int destinations) {
    Offender out;
    for (int i = 0; i < std::max(destinations, 3); ++i) {
        out.note(attempt(noon + i * 1s, i % destinations));
        out.note(Conversation{.speech = speech, .first = "\x1b[31mGET /"}, false);
    }
    return out;
}

Offender only_in_a_log(int destinations, std::chrono::milliseconds gap) {
    Offender out;
    for (int i = 0; i < 60; ++i) out.note(attempt(noon + i * gap, i % destinations));
    return out;
}

struct Row {
    const char* name;
    Offender offender;
    OffenderKind kind;
};
class Judged : public testing::TestWithParam<Row> {};

TEST_P(Judged, by_what_it_did) {
    const OffenderJudgement judgement = judge(GetParam().offender);
    EXPECT_EQ(to_string(judgement.kind), to_string(GetParam().kind));
    EXPECT_FALSE(judgement.sentence.empty() || judgement.evidence.empty() || judgement.advice.empty());
}

INSTANTIATE_TEST_SUITE_P(Offender, Judged,
                         testing::Values(Row{"mass_mailer", mass_mailer(), OffenderKind::mass_mailer},
                                         Row{"scanner", scanner(20), OffenderKind::misconfigured},
                                         Row{"scanner_once", scanner(1), OffenderKind::misconfigured},
                                         Row{"person", person(), OffenderKind::by_hand},
                                         Row{"forgotten_server", forgotten_server(), OffenderKind::own_delivery},
                                         Row{"tls", speaking(Speech::tls, 1), OffenderKind::other_protocol},
                                         Row{"http", speaking(Speech::http, 2), OffenderKind::other_protocol},
                                         Row{"monitoring", speaking(Speech::silent, 1), OffenderKind::misconfigured},
                                         Row{"port_scan", speaking(Speech::silent, 40), OffenderKind::port_scan},
                                         Row{"log_of_many", only_in_a_log(60, 100ms), OffenderKind::mass_mailer},
                                         Row{"log_of_many_slow", only_in_a_log(60, 60s), OffenderKind::unclear},
                                         Row{"log_of_one", only_in_a_log(1, 60s), OffenderKind::misconfigured}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(OffenderJudgement, never_calls_a_low_rate_of_well_formed_mail_infected) {
    // Many senders, many servers, many recipients: all but the rate and the names speak against it.
    Offender offender;
    for (int i = 0; i < 60; ++i) {
        offender.note(attempt(noon + i * 13s, i));
        Conversation said = mail("forms.example.com", "a@d" + std::to_string(i) + ".example");
        said.recipient_count = 50;
        offender.note(said, false);
    }
    EXPECT_EQ(offender.peak_per_minute, 5U);
    EXPECT_NE(judge(offender).kind, OffenderKind::mass_mailer);
    offender.note(attempt(noon + 60 * 13s, 60));
    EXPECT_EQ(judge(offender).kind, OffenderKind::mass_mailer);
}

TEST(Offender, is_masked_unless_the_administrator_wants_otherwise) {
    Offender masked, shown;
    masked.note(mail("x", "a@example.com"), false);
    shown.note(mail("x", "a@example.com"), true);
    EXPECT_EQ(masked.recipients, std::vector<std::string>{"a***@example.com"});
    EXPECT_EQ(masked.subjects, std::vector<std::string>{"(5 octets)"});
    EXPECT_EQ(shown.recipients, std::vector<std::string>{"anna@example.com"});
    EXPECT_EQ(mask_address("nobody"), "***");
    EXPECT_EQ(mask_address("@x"), "***@x");
}

TEST(Offender, counts_the_repeated_syn_of_one_connection_once) {
    Offender offender;
    Attempt one = attempt(noon);
    one.source_port = 50'001;
    for (const auto after : {0s, 1s, 3s, 149s}) {
        one.at = noon + after;
        offender.note(one);
    }
    EXPECT_EQ(offender.attempts, 1U);
    EXPECT_EQ(offender.retries, 3U);
    one.at = noon + 150s;
    offender.note(one);
    EXPECT_EQ(offender.attempts, 2U);
}

TEST(Offender, knows_what_comes_at_even_times) {
    EXPECT_EQ(scanner(20).period(), 300s);
    EXPECT_EQ(scanner(4).period(), std::nullopt);
    EXPECT_EQ(mass_mailer().period(), std::nullopt);
}

TEST(OffenderTally, names_a_few_and_counts_up_to_its_limit) {
    OffenderTally tally;
    for (std::size_t i = 0; i + 1 < OffenderTally::max_different; ++i) tally.add(std::to_string(i));
    EXPECT_EQ(tally.different(), OffenderTally::max_different - 1);
    EXPECT_FALSE(tally.full());
    for (int i = 0; i < 10; ++i) tally.add("x" + std::to_string(i));
    EXPECT_EQ(tally.different(), OffenderTally::max_different);
    EXPECT_TRUE(tally.full());
    EXPECT_EQ(tally.named().size(), OffenderTally::max_named);
    tally.add(std::string(OffenderTally::max_word + 1, 'y'));
    EXPECT_EQ(tally.named().size(), OffenderTally::max_named);
}

TEST(OffenderJson, is_read_back_with_what_matters) {
    Offender offender = mass_mailer();
    offender.who = {.mac = "52:54:00:00:00:07",
                    .on_link = true,
                    .dhcp_name = "anna-\x1bpc",
                    .dhcp_source = "leases",
                    .reverse_name = {},
                    .user = {},
                    .note = {}};
    const auto document = json::parse(json::serialize(to_json(offender)));
    ASSERT_TRUE(document);
    const auto back = read_offender(*document);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->attempts, 200U);
    EXPECT_EQ(back->first, offender.first);
    EXPECT_EQ(back->who.mac, offender.who.mac);
    EXPECT_EQ(back->who.dhcp_name, "anna-\\x1bpc");
    EXPECT_EQ(back->helos.named().size(), OffenderTally::max_named);
    EXPECT_EQ(back->speaking(Speech::smtp), 200U);
    EXPECT_FALSE(read_offender(json::object{{"address", "x"}}));
    EXPECT_FALSE(read_offender(json::array{}));
}

TEST(OffenderBook, tells_of_an_offender_at_once_and_then_once_an_hour_with_counts) {
    OffenderBook book({});
    EXPECT_TRUE(book.note(attempt(noon)));
    EXPECT_FALSE(book.note(attempt(noon + 10ms, 1)));
    EXPECT_TRUE(book.take_due(noon + 499ms).empty());
    EXPECT_EQ(book.next_due(), noon + 500ms);
    const auto first = book.take_due(noon + 500ms);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_TRUE(first[0].first);
    EXPECT_EQ(first[0].attempts_since, 2U);
    for (int i = 0; i < 5; ++i) book.note(attempt(noon + 1min + i * 1s, i));
    EXPECT_TRUE(book.take_due(noon + 500ms + 59min).empty());
    const auto second = book.take_due(noon + 500ms + 60min);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_FALSE(second[0].first);
    EXPECT_EQ(second[0].attempts_since, 5U);
    EXPECT_TRUE(book.take_due(noon + 10h).empty());
    EXPECT_EQ(book.next_due(), std::nullopt);
}

TEST(OffenderBook, keeps_the_record_that_matters_when_a_crowd_shows_up_once) {
    OffenderBook book({.most = 50});
    for (int i = 0; i < 30; ++i) book.note(attempt(noon + i * 1s));
    book.note(attempt(noon, 0, "10.9.9.9"));
    for (int i = 0; i < 500; ++i) book.note({noon + 1min, nth("10.0.0.8", i), 0, ip("198.51.100.1"), 25});
    EXPECT_EQ(book.size(), 50U);
    EXPECT_EQ(book.displaced(), 452U);
    ASSERT_NE(book.find(ip("10.0.0.7")), nullptr);
    EXPECT_EQ(book.find(ip("10.0.0.7"))->attempts, 30U);
    EXPECT_NE(book.find(ip("10.9.9.9")), nullptr) << "another network's record was displaced";
}

TEST(OffenderBook, takes_new_settings_while_it_runs) {
    OffenderBook book({});
    book.note(attempt(noon));
    book.change({.keep = 1h, .show_recipients = true});
    book.note(ip("10.0.0.7"), mail("x", "a@example.com"));
    EXPECT_EQ(book.all()[0]->recipients, std::vector<std::string>{"anna@example.com"});
    book.expire(noon + 61min);
    EXPECT_EQ(book.size(), 0U);
}

TEST(OffenderBook, bounds_the_incidents_of_a_network) {
    OffenderBook book({.most_incidents = 3});
    for (int i = 0; i < 5; ++i) book.note(attempt(noon, 0, "10.0.0." + std::to_string(i + 1)));
    book.note(attempt(noon, 0, "10.0.1.1"));
    EXPECT_EQ(book.take_due(noon + 1s).size(), 4U);
    book.note(attempt(noon + 1h, 0, "10.0.0.99"));
    EXPECT_EQ(book.take_due(noon + 1h + 1s).size(), 1U);
}

TEST(OffenderBook, knows_a_machine_under_all_its_addresses_by_its_mac) {
    OffenderBook book({});
    const Identity machine{.mac = "52:54:00:00:00:07",
                           .on_link = true,
                           .dhcp_name = "annas-pc",
                           .dhcp_source = {},
                           .reverse_name = {},
                           .user = {},
                           .note = {}};
    for (int i = 0; i < 300; ++i) {
        const IpAddress source = nth("2001:db8:5::100", i);
        book.note({noon + i * 1ms, source, 0, ip("2001:db8:a::9"), 25});
        book.identify(source, machine);
    }
    book.note(attempt(noon));
    book.identify(ip("10.0.0.7"), machine);
    ASSERT_EQ(book.size(), 1U);
    EXPECT_EQ(book.all()[0]->attempts, 301U);
    EXPECT_EQ(book.all()[0]->addresses.size(), Offender::max_addresses);
    EXPECT_EQ(book.find(ip("10.0.0.7")), book.all()[0]);
    EXPECT_TRUE(book.forget(ip("10.0.0.7")));
    EXPECT_EQ(book.size(), 0U);
    EXPECT_FALSE(book.forget(ip("10.0.0.7")));
}

TEST(OffenderBook, does_not_take_a_routers_mac_for_the_machines) {
    OffenderBook book({});
    for (const char* source : {"10.0.0.7", "10.0.0.8"})
        book.note(attempt(noon, 0, source), {.mac = "52:54:00:00:00:01",
                                             .on_link = false,
                                             .dhcp_name = {},
                                             .dhcp_source = {},
                                             .reverse_name = {},
                                             .user = {},
                                             .note = {}});
    EXPECT_EQ(book.size(), 2U);
}

TEST(OffenderBook, remembers_across_a_restart_whom_people_were_told_of_and_what) {
    OffenderBook before({}), after({});
    before.note(attempt(noon));
    (void)before.take_due(noon + 1s);
    ASSERT_EQ(before.take_changed().size(), 1U);
    EXPECT_TRUE(before.take_changed().empty());
    before.note(attempt(noon + 30s, 1));
    after.restore(*before.all()[0], before.told(ip("10.0.0.7")));
    EXPECT_TRUE(after.take_due(noon + 2min).empty());
    const auto told = after.take_due(noon + 61min);
    ASSERT_EQ(told.size(), 1U)
        << "what came between the last word and the restart is told of, also if nothing comes after it";
    EXPECT_EQ(told[0].attempts_since, 1U);
    EXPECT_FALSE(told[0].first);
    after.expire(noon + 24h * 30);
    EXPECT_TRUE(after.take_removed().empty());
    after.expire(noon + 24h * 31);
    EXPECT_EQ(after.take_removed(), std::vector<IpAddress>{ip("10.0.0.7")});
    EXPECT_TRUE(after.take_removed().empty());
}

}  // namespace
}  // namespace postern::egress
