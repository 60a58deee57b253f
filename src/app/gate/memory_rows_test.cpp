// SPDX-License-Identifier: Apache-2.0
#include "app/gate/memory_rows.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

constexpr Instant noon{std::chrono::milliseconds{1'795'608'000'000}};

TEST(MemoryRows, give_back_a_login_as_it_was) {
    const policy::LoginSenders::Record anna{
        "anna", 100, 120, 9, true, {{"anna@example.com", 100, 120, 9, false}, {"pr@example.com", 110, 110, 0, true}}};
    EXPECT_EQ(to_record(to_row(anna)), anna);
}

TEST(MemoryRows, give_back_a_masqueraded_address_as_it_was) {
    const policy::MasqueradePreview::Row row{
        "a@pc7.example.com", "a@example.com", "example.com", 5, 2, 1, {"envelope", "from"}, noon, noon, "anna"};
    EXPECT_EQ(to_record(to_row(row)), row);
    const policy::MasqueradePreview::Totals totals{9, 5, 1, 2, noon};
    EXPECT_EQ(to_record(to_row(totals)), totals);
}

TEST(MemoryRows, take_no_number_below_nothing) {
    EXPECT_EQ(to_record(store::MasqueradeTotals{.messages = -1}).messages, 0U);
}

}  // namespace
}  // namespace postern::app
