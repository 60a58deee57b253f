// SPDX-License-Identifier: Apache-2.0
#include "app/probe/token_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace postern::app::probe {
namespace {

const std::string secret(least_secret, 'a'), other(least_secret, 'b');

std::string fault_of(const std::string& text) {
    const auto read = parse_token_file(text);
    return read ? "" : read.error().message;
}

TEST(TokenFile, is_read_as_it_was_written) {
    const TokenFile file{.key = "-----BEGIN\nKEY-----\n", .tokens = {{"own", secret}, {"colleague", other}}};
    const auto read = parse_token_file(file.to_text());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->key, file.key);
    EXPECT_EQ(read->owner_of(secret), "own");
    EXPECT_EQ(read->owner_of(other), "colleague");
}

TEST(TokenFile, knows_nobody_behind_a_part_of_a_secret_or_none) {
    const TokenFile file{.key = "k", .tokens = {{"own", secret}}};
    EXPECT_EQ(file.owner_of(""), "");
    EXPECT_EQ(file.owner_of(secret.substr(1)), "");
    EXPECT_EQ(file.owner_of(secret + "a"), "");
    EXPECT_EQ(TokenFile{}.owner_of(""), "");
}

TEST(TokenFile, says_which_line_is_wrong) {
    const std::string key = "key a2V5\n";
    EXPECT_EQ(fault_of("# comment\n\n" + key + "token own " + secret + "\n"), "");
    EXPECT_TRUE(fault_of(key + "token own\n").contains("line 2: a secret has"));
    EXPECT_TRUE(fault_of(key + "token own " + secret.substr(1)).contains("line 2: a secret has"));
    EXPECT_TRUE(fault_of(key + "token o/n " + secret).contains("line 2: a name has"));
    EXPECT_TRUE(fault_of(key + "token own " + secret + " more").contains("line 2: a line is"));
    EXPECT_TRUE(fault_of("key !\n").contains("line 1: the key is no base64"));
    EXPECT_TRUE(fault_of("tokn own x\n").contains("line 1: a line is"));
    EXPECT_TRUE(fault_of(key + "token own " + secret + "\ntoken own " + other).contains("line 3: there are two"));
    EXPECT_TRUE(fault_of(key).contains("no key or no token"));
    EXPECT_TRUE(fault_of("").contains("no key or no token"));
}

TEST(TokenFile, holds_so_many_tokens) {
    std::string text = "key a2V5\n";
    for (std::size_t i = 0; i < max_control_tokens; ++i) text += fmt::format("token n{} {}\n", i, secret);
    EXPECT_EQ(fault_of(text), "");
    EXPECT_TRUE(fault_of(text + "token late " + secret).contains("more than 100"));
}

}  // namespace
}  // namespace postern::app::probe
