// SPDX-License-Identifier: Apache-2.0
#include "policy/link_domains.hpp"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

std::string described(const Links& links) {
    std::string out;
    for (const DomainName& one : links.domains) out += std::string(one.text()) + " ";
    for (const IpAddress& one : links.addresses) out += one.to_string() + " ";
    if (links.unreadable > 0) out += "unreadable " + std::to_string(links.unreadable) + " ";
    if (links.cut) out += "cut ";
    if (!out.empty()) out.pop_back();
    return out;
}

Links links_of(std::string_view text) {
    Links links;
    find_links(text, links);
    return links;
}

struct Row {
    const char* name;
    const char* text;
    const char* links;
};
class Text : public testing::TestWithParam<Row> {};

TEST_P(Text, leads_where_a_person_would_land) { EXPECT_EQ(described(links_of(GetParam().text)), GetParam().links); }

constexpr Row rows[] = {
    {"none", "hello, no link at all: example.com", ""},
    {"plain", "see http://mail.example.com/x.", "example.com"},
    {"capitals", "HTTPS://WWW.EXAMPLE.COM", "example.com"},
    {"www_without_scheme", "go to www.example.com, now", "example.com"},
    {"www_within_a_word", "awww.example.com", ""},
    {"public_suffix_of_two", "http://a.b.example.co.uk/", "example.co.uk"},
    {"attribute", "<a href=\"https://a.example.com/\">x</a>", "example.com"},
    {"attribute_without_quotes", "<a href=https://a.example.com>x</a>", "example.com"},
    {"twice_is_once", "http://a.example.com http://b.example.com", "example.com"},
    {"port", "http://example.com:8080/", "example.com"},
    {"final_dot", "http://example.com./", "example.com"},
    {"login_in_front", "http://bank.example.net@evil.example.com/", "example.com"},
    {"login_with_password", "http://www.bank.com:x@evil.example.com/", "example.com"},
    {"backslashes", "http:\\\\evil.example.com\\@bank.example.net/", "example.com"},
    {"many_slashes", "http:////evil.example.com/", "example.com"},
    {"one_slash", "http:/evil.example.com/", "example.com"},
    {"percent", "http://evil%2eexample%2Ecom/", "example.com"},
    {"percent_hides_a_slash", "http://evil.example.com%2f@bank.example.net/", "example.com"},
    {"entity", "http://evil&#46;example&#x2E;com&#47;", "example.com"},
    {"entity_in_the_scheme", "&#104;ttp://evil.example.com", "example.com"},
    {"entity_by_name", "http&colon;&sol;&sol;evil&period;example.com", "example.com"},
    {"link_within_a_link", "https://go.example.net/?u=http://evil.example.com/", "example.net example.com"},
    {"address", "http://192.0.2.1/", "192.0.2.1"},
    {"address_as_a_number", "http://3221225985/", "192.0.2.1"},
    {"address_in_octal", "http://0300.0.2.1/", "192.0.2.1"},
    {"address_in_hex", "http://0xC0.0.0x201/", "192.0.2.1"},
    {"address_v6", "http://[2001:db8::1]:80/", "2001:db8::1"},
    {"address_v6_that_is_none", "http://[2001:db8/", "unreadable 1"},
    {"number_too_large", "http://4294967296/", "unreadable 1"},
    {"not_ascii",
     "http://b\xc3\xbc"
     "cher.example.com/",
     "unreadable 1"},
    {"a_suffix_alone", "http://co.uk/", "unreadable 1"},
    {"nothing_behind_it", "http:// and https://", ""},
    {"end_of_text", "http:", ""},
};

INSTANTIATE_TEST_SUITE_P(Links, Text, testing::ValuesIn(rows), [](const auto& info) { return info.param.name; });

TEST(FindLinks, is_the_same_however_the_text_is_cut_behind_a_link) {
    const std::string text = "http://a.example.com/ and &#104;ttp://b.example.net ";
    const std::size_t first = text.find(" and");
    for (std::size_t end = first; end <= text.size(); ++end)
        EXPECT_EQ(links_of(text.substr(0, end)).domains.front().text(), "example.com") << end;
}

std::string many_domains(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "http://d" + std::to_string(i) + ".com ";
    return text;
}

TEST(FindLinks, takes_as_many_domains_as_the_limit) {
    const Links links = links_of(many_domains(max_link_domains));
    EXPECT_EQ(links.domains.size(), max_link_domains);
    EXPECT_FALSE(links.cut);
}

TEST(FindLinks, says_that_there_were_more_domains_than_the_limit) {
    const Links links = links_of(many_domains(max_link_domains + 1));
    EXPECT_EQ(links.domains.size(), max_link_domains);
    EXPECT_TRUE(links.cut);
}

std::string repeated_links(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "http://example.com ";
    return text;
}

TEST(FindLinks, looks_at_as_many_links_as_the_limit) {
    EXPECT_FALSE(links_of(repeated_links(max_links)).cut);
    EXPECT_TRUE(links_of(repeated_links(max_links + 1)).cut);
}

TEST(FindLinks, looks_through_as_many_octets_as_the_limit) {
    EXPECT_FALSE(links_of(std::string(max_link_octets, '.')).cut);
    EXPECT_TRUE(links_of(std::string(max_link_octets + 1, '.')).cut);
}

TEST(FindLinks, decodes_the_parts_of_a_message) {
    const auto message =
        wire::parse_message("Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                            "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                            "<a href=3D\"http://one.exa=\r\nmple.com/\">x</a>\r\n"
                            "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: "
                            "base64\r\n\r\naHR0cDovL3R3by5leGFtcGxlLm5ldC8=\r\n"
                            "--b\r\nContent-Type: application/pdf\r\n\r\nhttp://three.example.org/\r\n--b--\r\n");
    ASSERT_TRUE(message);
    EXPECT_EQ(described(find_links(*message)), "example.com example.net");
}

reputation::List list_of(reputation::Kind kind, reputation::Role role = reputation::Role::block) {
    reputation::List list;
    list.kinds = {kind};
    list.role = role;
    return list;
}

TEST(LinkQuestions, go_to_lists_of_domains_that_block_and_may_be_asked) {
    const reputation::List domains = list_of(reputation::Kind::domain), addresses = list_of(reputation::Kind::ip4),
                           allowed = list_of(reputation::Kind::domain, reputation::Role::allow);
    const std::vector<reputation::Choice> choices{
        {.list = &addresses, .parts = {}, .key = {}, .not_asked = {}},
        {.list = &allowed, .parts = {}, .key = {}, .not_asked = {}},
        {.list = &domains, .parts = {}, .key = {}, .not_asked = reputation::Reason{"list.key", "it wants a key", ""}},
        {.list = &domains, .parts = {}, .key = {}, .not_asked = {}}};
    const auto questions = link_questions(links_of("http://example.com http://192.0.2.1"), choices);
    ASSERT_EQ(questions.size(), 1U);
    EXPECT_EQ(questions.front().choice, &choices.back());
    EXPECT_EQ(questions.front().subject.to_string(), "example.com");
}

TEST(LinkQuestions, are_no_more_than_the_limit) {
    const reputation::List list = list_of(reputation::Kind::domain);
    const std::vector<reputation::Choice> choices(5, {.list = &list, .parts = {}, .key = {}, .not_asked = {}});
    EXPECT_EQ(link_questions(links_of(many_domains(40)), choices).size(), max_link_questions);
    EXPECT_EQ(link_questions(links_of(many_domains(41)), choices).size(), max_link_questions);
}

LinkAnswer answered(reputation::Status status, int tier = 1) {
    LinkAnswer answer{.domain = *DomainName::parse("evil.example"), .zone = *DomainName::parse("dbl.example")};
    answer.verdict.status = status;
    answer.tier = tier;
    return answer;
}

TEST(JudgeLinks, names_domain_list_and_meaning) {
    Decision decision;
    std::vector answers{answered(reputation::Status::listed)};
    answers[0].verdict.hits.push_back(
        {*IpAddress::parse("127.0.1.2"), reputation::Effect::block, "spam domain", "", 1});
    answers[0].text = "see\r\nthere";
    judge_links(answers, Mode::enforce, Action::tag, decision);
    ASSERT_NE(decision.deciding(), nullptr);
    EXPECT_EQ(decision.deciding()->code, "m3.link.listed");
    EXPECT_EQ(decision.deciding()->evidence,
              "evil.example on dbl.example, spam domain (127.0.1.2): see\\x0d\\x0athere");
}

TEST(JudgeLinks, is_one_finding_that_names_eight_and_counts_the_rest) {
    Decision decision;
    const std::vector answers(9, answered(reputation::Status::listed));
    judge_links(answers, Mode::observe, Action::tag, decision);
    ASSERT_EQ(decision.findings().size(), 1U);
    EXPECT_TRUE(decision.findings()[0].evidence.ends_with("evil.example on dbl.example; and 1 more"));
}

TEST(JudgeLinks, changes_nothing_for_a_list_that_few_look_at) {
    Decision decision;
    const std::vector answers{answered(reputation::Status::listed, least_link_tier + 1)};
    judge_links(answers, Mode::enforce, Action::refuse, decision);
    EXPECT_TRUE(decision.findings().empty());
}

TEST(JudgeLinks, takes_nothing_unknown_for_a_listing) {
    Decision decision;
    const std::vector answers{answered(reputation::Status::unknown), answered(reputation::Status::broken),
                              answered(reputation::Status::not_asked), answered(reputation::Status::clean)};
    judge_links(answers, Mode::enforce, Action::refuse, decision);
    EXPECT_TRUE(decision.findings().empty());
}

TEST(ChooseLinks, asks_about_nobody_of_the_site_and_nobody_ignored) {
    Links links = links_of("http://www.example.com http://evil.example.net http://cdn.example.org");
    const std::vector own{*DomainName::parse("example.com")}, ignored{*DomainName::parse("example.org")};
    EXPECT_EQ(choose_links(links, own, ignored, 20, 1), 0U);
    EXPECT_EQ(described(links), "example.net");
}

TEST(ChooseLinks, leaves_out_what_is_beyond_the_limit_and_no_sender_knows_which) {
    Links links = links_of(many_domains(20)), more = links_of(many_domains(21)), again = more;
    EXPECT_EQ(choose_links(links, {}, {}, 20, 1), 0U);
    EXPECT_EQ(choose_links(more, {}, {}, 20, 1), 1U);
    EXPECT_EQ(more.domains.size(), 20U);
    EXPECT_EQ(choose_links(again, {}, {}, 20, 2), 1U);
    EXPECT_NE(described(again), described(more));
}

}  // namespace
}  // namespace postern::policy
