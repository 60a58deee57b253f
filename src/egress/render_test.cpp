// SPDX-License-Identifier: Apache-2.0
// Golden files in src/egress/golden; POSTERN_GOLDEN=write ./egress_test writes them anew, for a person to read in the diff.
#include "egress/export.hpp"
#include "egress/render_nft.hpp"
#include "egress/test_models.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace postern::egress {
namespace {

std::string golden(const std::string& name, const std::string& seen) {
    const auto path = std::filesystem::path(POSTERN_SOURCE_DIR) / "src/egress/golden" / name;
    if (std::getenv("POSTERN_GOLDEN") != nullptr) std::ofstream(path) << seen;
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

struct Site {
    std::string name;
    Model model;
};
class Golden : public testing::TestWithParam<Site> {};

TEST_P(Golden, every_language_says_what_a_person_has_read) {
    for (const ExportFormat& format : export_formats()) {
        const std::string rules = format.rules(GetParam().model), reverse = format.reverse(GetParam().model);
        EXPECT_EQ(rules, golden(fmt::format("{}.{}", GetParam().name, format.name), rules)) << format.name;
        EXPECT_EQ(reverse, golden(fmt::format("{}.{}.reverse", GetParam().name, format.name), reverse)) << format.name;
    }
}

Model logged() {
    Model model = test::office();
    model.action = Action::log;
    model.submission = Submission::open;
    return model;
}

INSTANTIATE_TEST_SUITE_P(Sites, Golden,
                         testing::Values(Site{"office", test::office()}, Site{"office-log", logged()},
                                         Site{"mail-host", test::mail_host()}),
                         [](const auto& site) {
                             std::string name = site.param.name;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST(Export, marks_what_was_never_run_on_the_device) {
    for (const ExportFormat& format : export_formats()) {
        EXPECT_NE(format.rules(test::office()).contains("NOT RUN ON THE DEVICE"), format.tried) << format.name;
        EXPECT_NE(format.reverse(test::office()).contains("NOT RUN ON THE DEVICE"), format.tried) << format.name;
    }
}

TEST(Export, names_both_families_and_every_mail_server_and_exception_in_every_language) {
    for (const ExportFormat& format : export_formats())
        for (const char* word :
             {"10.0.3.25", "2001:db8:5:3::25", "10.0.1.9", "2001:db8:5:1::9", "monitoring", "198.51.100.7"})
            EXPECT_TRUE(format.rules(test::office()).contains(word)) << format.name << " lacks " << word;
}

TEST(Export, lets_no_reason_end_its_comment) {
    Model model = test::office();
    model.exceptions.front().reason = "x\"; reboot\n'`$(reboot)\\";
    for (const ExportFormat& format : export_formats()) {
        const std::string rules = format.rules(model);
        for (const char* harm : {"x\"", "'`", "$(", "\\"}) EXPECT_FALSE(rules.contains(harm)) << format.name << harm;
        EXPECT_FALSE(rules.contains("\nreboot")) << format.name;
    }
}

TEST(Generation, is_a_number_of_the_rules) {
    Model model = test::office();
    const std::string before = generation_of(model);
    EXPECT_EQ(before.size(), 8U);
    EXPECT_EQ(before, generation_of(test::office()));
    model.exceptions.pop_back();
    EXPECT_NE(before, generation_of(model));
}

TEST(Trial, keeps_the_confirmed_rules_behind_it_and_names_its_time) {
    const LiveTable live{.present = true,
                         .confirmed = "aaaaaaaa",
                         .generations = {"aaaaaaaa", "bbbbbbbb"},
                         .chains = {"forward", "output", "forward_aaaaaaaa", "output_aaaaaaaa", "forward_bbbbbbbb"}};
    const std::string text = nft_trial(test::mail_host(), "cccccccc", live, std::chrono::seconds(60));
    EXPECT_TRUE(text.contains("add rule inet postern forward goto forward_aaaaaaaa"));
    EXPECT_TRUE(text.contains("add element inet postern trial_forward { ipv4 timeout 60s : goto forward_cccccccc, ipv6 "
                              "timeout 60s : goto forward_cccccccc }"));
    EXPECT_TRUE(text.contains("delete chain inet postern forward_bbbbbbbb"));
    EXPECT_FALSE(text.contains("delete chain inet postern forward_aaaaaaaa"));
    EXPECT_FALSE(text.contains("delete table"));
}

TEST(Confirmation, fails_with_the_trial_because_it_deletes_its_element) {
    const LiveTable live{
        .present = true,
        .confirmed = "aaaaaaaa",
        .trial = "cccccccc",
        .generations = {"aaaaaaaa", "cccccccc"},
        .chains = {"forward", "output", "forward_aaaaaaaa", "output_aaaaaaaa", "forward_cccccccc", "output_cccccccc"}};
    const std::string text = nft_confirm(live);
    EXPECT_TRUE(text.contains("delete element inet postern trial_forward { ipv4 : goto forward_cccccccc"));
    EXPECT_TRUE(text.contains("add rule inet postern forward goto forward_cccccccc"));
    EXPECT_TRUE(text.contains("delete chain inet postern forward_aaaaaaaa"));
}

TEST(Rules, say_an_address_once_where_networks_overlap) {
    Model model = test::mail_host();
    model.inside = {test::net("10.0.0.0/8"), test::net("10.1.0.0/16"), test::net("10.0.0.0/8")};
    EXPECT_TRUE(nft_file(model, "x").contains("ip daddr { 10.0.0.0/8, 203.0.113.25 } accept"));
}

TEST(Names, of_interfaces_and_cgroups_need_no_quoting) {
    for (const char* good : {"eth0", "tun*", "br-office.10", "wg_a@b"}) EXPECT_TRUE(is_interface_name(good)) << good;
    for (const char* bad : {"", "*", "a b", "eth0\"", "abcdefghijklmnop", "a*b", "..", "e;f"})
        EXPECT_FALSE(is_interface_name(bad)) << bad;
    EXPECT_TRUE(is_interface_name("abcdefghijklmno"));
    EXPECT_TRUE(is_cgroup_path("system.slice/postfix.service"));
    for (const char* bad : {"", "/a", "a/", "a/../b", "a\"b", "a//b"}) EXPECT_FALSE(is_cgroup_path(bad)) << bad;
}

}  // namespace
}  // namespace postern::egress
