// SPDX-License-Identifier: Apache-2.0
#include "store/login_rows.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace postern::store {
namespace {

class LoginFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-logins-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] LoginRows open() const { return *LoginRows::open(folder_ / "gate.sqlite"); }
    std::filesystem::path folder_;
};

LoginRow anna() {
    return {"anna", 100,   120,
            9,      false, {{"anna@example.com", 100, 120, 9, false}, {"pr@example.com", 110, 110, 0, true}}};
}

std::vector<std::string> taken(LoginRows& rows) {
    std::vector<std::string> out;
    EXPECT_TRUE(rows.write([&](const std::vector<LoginWishRow>& wishes) {
        for (const LoginWishRow& one : wishes) out.push_back(one.what + " " + one.login + " " + one.address);
        return LoginRows::Changes{};
    }));
    return out;
}

TEST_F(LoginFile, keeps_logins_with_their_addresses) {
    LoginRows rows = open();
    ASSERT_TRUE(rows.write([](const auto&) { return LoginRows::Changes{{anna(), {"bert", 1, 2, 2, true, {}}}, {}}; }));
    const auto read = open().load();
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, (std::vector<LoginRow>{anna(), {"bert", 1, 2, 2, true, {}}}));
    EXPECT_EQ(rows.load("anna")->size(), 1U);
    EXPECT_TRUE(rows.load("carl")->empty());
}

TEST_F(LoginFile, replaces_a_login_as_a_whole_and_takes_out_what_is_gone) {
    LoginRows rows = open();
    ASSERT_TRUE(rows.write([](const auto&) { return LoginRows::Changes{{anna(), {"bert", 1, 2, 2, true, {}}}, {}}; }));
    LoginRow less = anna();
    less.addresses.pop_back();
    ASSERT_TRUE(rows.write([&](const auto&) { return LoginRows::Changes{{less}, {"bert"}}; }));
    EXPECT_EQ(*rows.load(), std::vector<LoginRow>{less});
}

TEST_F(LoginFile, gives_a_persons_wishes_once_and_in_order) {
    LoginRows daemon = open(), command = open();
    ASSERT_TRUE(command.set(anna(), false, {"allow", "anna", "pr@example.com", 110}));
    EXPECT_EQ(daemon.load()->size(), 1U);
    ASSERT_TRUE(command.set(anna(), true, {"forget", "anna", "", 111}));
    EXPECT_TRUE(daemon.load()->empty());
    EXPECT_TRUE(*daemon.has_wishes());
    EXPECT_EQ(taken(daemon), (std::vector<std::string>{"allow anna pr@example.com", "forget anna "}));
    EXPECT_FALSE(*daemon.has_wishes());
    EXPECT_TRUE(taken(daemon).empty());
}

}  // namespace
}  // namespace postern::store
