// SPDX-License-Identifier: Apache-2.0
#include "app/firewall/boot.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace postern::app::firewall {
namespace {

class Boot : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "postern-boot-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        files_.root = name;
    }
    void TearDown() override { std::filesystem::remove_all(files_.root); }
    [[nodiscard]] std::string unit() const { return read_whole(files_.unit()).value_or(""); }

    BootFiles files_;
};

TEST_F(Boot, files_come_with_confirm_and_go_with_remove) {
    EXPECT_TRUE(present(files_).empty());
    ASSERT_TRUE(write_boot_files(files_, "table inet postern { }\n"));
    EXPECT_EQ(present(files_).size(), 4U);
    EXPECT_EQ(read_whole(files_.rules()), "table inet postern { }\n");
    EXPECT_TRUE(unit().contains("\nExecStart=/usr/sbin/nft -f /etc/postern/egress.nft\n"));
    EXPECT_FALSE(unit().contains("early"));
    ASSERT_TRUE(remove_boot_files(files_));
    EXPECT_TRUE(present(files_).empty());
}

TEST_F(Boot, shuts_port_25_before_the_cgroup_of_the_mail_server_is_there) {
    const std::string head = "chain output_aa {\n",
                      rule = "\tsocket cgroupv2 level 2 \"system.slice/x.service\" accept\n", tail = "\treject\n}";
    ASSERT_TRUE(write_boot_files(files_, head + rule + tail));
    EXPECT_EQ(read_whole(files_.rules()), head + rule + tail);
    EXPECT_EQ(read_whole(files_.early_rules()), head + tail);
    EXPECT_TRUE(unit().contains("ExecStart=/usr/sbin/nft -f /etc/postern/egress-early.nft\n"
                                "ExecStart=-/usr/sbin/nft -f /etc/postern/egress.nft\nExecReload="));
    EXPECT_EQ(present(files_).size(), 5U);
    ASSERT_TRUE(write_boot_files(files_, head + tail));
    EXPECT_FALSE(unit().contains("early"));
    EXPECT_EQ(present(files_).size(), 4U) << "an early file that nothing loads is left behind";
}

}  // namespace
}  // namespace postern::app::firewall
