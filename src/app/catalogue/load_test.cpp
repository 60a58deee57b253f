// SPDX-License-Identifier: Apache-2.0
// The built-in catalogue holds together, and its codes mean what it says.
#include "app/catalogue/load.hpp"

#include "base/contains.hpp"
#include "reputation/health.hpp"

#include <gtest/gtest.h>

#include <set>

namespace postern::app {
namespace {
using namespace reputation;

dns::Answer answering(const List& list, const IpAddress& code) {
    dns::Answer answer{.question = {*list.zone.below("x"), dns::Type::a}, .outcome = dns::Outcome::found};
    answer.records = {{answer.question.name, dns::Type::a, {}, code}};
    return answer;
}

TEST(BuiltinCatalogue, refers_only_to_what_exists) {
    const Catalogue catalogue = builtin_catalogue();
    for (const List& list : catalogue.lists) {
        EXPECT_TRUE(catalogue.operators.contains(list.operator_id)) << list.zone.text();
        EXPECT_TRUE(list.access.empty() || catalogue.accesses.contains(list.access)) << list.zone.text();
        EXPECT_FALSE(list.kinds.empty()) << list.zone.text();
        for (const DomainName& replaced : list.replaces) EXPECT_TRUE(catalogue.find(replaced)) << list.zone.text();
        for (const std::string& cause : list.causes)
            EXPECT_TRUE(catalogue.causes.contains(cause)) << list.zone.text() << ' ' << cause;
        for (const Part& part : list.parts)
            for (const std::string& cause : part.causes)
                EXPECT_TRUE(catalogue.causes.contains(cause)) << part.zone.text() << ' ' << cause;
        for (const Meaning& meaning : list.codes)
            EXPECT_TRUE(meaning.part.empty() || list.profile_of(meaning.part).zone.text() == meaning.part)
                << list.zone.text() << ' ' << meaning.part;
        EXPECT_EQ(catalogue.find_dead(list.zone), nullptr) << list.zone.text();
    }
}

TEST(BuiltinCatalogue, names_each_zone_once) {
    std::set<std::string_view> seen;
    const Catalogue catalogue = builtin_catalogue();
    for (const List& list : catalogue.lists) {
        EXPECT_TRUE(seen.insert(list.zone.text()).second) << list.zone.text();
        for (const Part& part : list.parts) EXPECT_TRUE(seen.insert(part.zone.text()).second) << part.zone.text();
    }
}

TEST(BuiltinCatalogue, tells_what_to_do_about_every_list_that_alarms) {
    for (const List& list : builtin_catalogue().lists)
        if (list.role == Role::block && (list.tier == 1 || list.tier == 2)) {
            EXPECT_FALSE(list.lookup_url.empty()) << list.zone.text();
            EXPECT_FALSE(list.causes.empty()) << list.zone.text();
            EXPECT_TRUE(list.removal.how != Removal::How::none) << list.zone.text();
        }
}

TEST(BuiltinCatalogue, judges_each_code_as_it_says) {
    const auto catalogue = builtin_catalogue();
    for (const List& list : catalogue.lists)
        for (const Meaning& meaning : list.codes) {
            const auto* pattern = std::get_if<CodePattern>(&meaning.code);
            const IpAddress code = pattern != nullptr
                                       ? pattern->first()
                                       : IpAddress::from_v4({127, 0, 0, std::get<std::uint8_t>(meaning.code)});
            const Verdict verdict = judge(list, answering(list, code));
            const Status expected = meaning.effect == Effect::refused ? Status::unknown
                                    : meaning.effect == Effect::block ? Status::listed
                                                                      : Status::clean;
            // A narrower pattern in front may give the first address of a wide one another meaning, never another effect.
            EXPECT_EQ(verdict.status, expected) << list.zone.text() << ' ' << code.to_string();
        }
}

TEST(BuiltinCatalogue, takes_no_refusal_and_no_rewriting_for_a_listing) {
    const auto catalogue = builtin_catalogue();
    for (const List& list : catalogue.lists) {
        for (const char* refusal : {"127.255.255.252", "127.255.255.254", "127.255.255.255"}) {
            if (list.role != Role::block) continue;
            if (list.zone.text() == "block.ascams.com") continue;  // it uses codes of its own without rule
            EXPECT_EQ(judge(list, answering(list, *IpAddress::parse(refusal))).status, Status::unknown)
                << list.zone.text() << ' ' << refusal;
        }
        EXPECT_EQ(judge(list, answering(list, *IpAddress::parse("198.51.100.1"))).status, Status::broken)
            << list.zone.text();
    }
}

TEST(BuiltinCatalogue, knows_the_dead_with_their_stories) {
    const auto catalogue = builtin_catalogue();
    for (const char* zone :
         {"dnsbl.sorbs.net", "ix.dnsbl.manitu.net", "dnsbl.inps.de", "bl.spamcannibal.org", "relays.ordb.org"}) {
        const DeadZone* dead = catalogue.find_dead(*DomainName::parse(zone));
        ASSERT_NE(dead, nullptr) << zone;
        EXPECT_FALSE(dead->story.empty());
    }
}

TEST(Catalogue, names_file_line_and_the_nearest_key) {
    const auto misspelt = parse_catalogue("[operator.x]\nname = \"X\"\ndaily_bugdet = 5\n", "my.toml");
    ASSERT_FALSE(misspelt);
    EXPECT_EQ(misspelt.error().message, "my.toml:3:1: there is no setting daily_bugdet; did you mean daily_budget?");
    EXPECT_EQ(parse_catalogue("[operator.x\n", "my.toml").error().code, "toml.syntax");
    EXPECT_EQ(parse_catalogue("[[list]]\nzone = \"a b\"\nname = \"x\"\noperator = \"x\"\nkinds = [\"ip4\"]\ncodes = "
                              "[{code = \"127.0.0.2\", meaning = \"x\"}]\n",
                              "my.toml")
                  .error()
                  .code,
              "catalogue.invalid");
    EXPECT_EQ(parse_catalogue("[[list]]\nzone = \"a\"\nname = \"x\"\noperator = \"x\"\nkinds = [\"ip4\"]\ncodes = "
                              "[{bit = 3, meaning = \"x\"}]\n",
                              "my.toml")
                  .error()
                  .message.substr(0, 8),
              "my.toml:");
}

}  // namespace
}  // namespace postern::app
