// SPDX-License-Identifier: Apache-2.0
#include "evidence/sample_trace.hpp"

#include <gtest/gtest.h>

namespace postern::evidence {
namespace {

SampleTraces read(std::vector<std::string> lines) {
    SampleTraces out({"pt0a1"});
    for (const std::string& line : lines) out.read(line);
    return out;
}

TEST(SampleTraces, join_login_message_and_refusal_by_postfix_queue_id) {
    const auto traces =
        read({"Nov 26 04:00:01 mail postfix/submission/smtpd[7]: 4XABC1: client=pc[203.0.113.9], sasl_method=PLAIN, "
              "sasl_username=test@example.com",
              "Nov 26 04:00:01 mail postfix/cleanup[8]: 4XABC1: message-id=<pt0a1@example.com>",
              "Nov 26 04:00:01 mail postfix/cleanup[8]: 4XABC1: milter-reject: END-OF-MESSAGE from pc: 5.7.1 virus"})
            .traces();
    ASSERT_EQ(traces.size(), 1U);
    EXPECT_EQ(traces[0].login, "test@example.com");
    EXPECT_TRUE(traces[0].line.contains("virus"));
}

TEST(SampleTraces, name_nobody_where_the_log_does_not) {
    const auto traces = read({"mail postfix/smtpd[7]: 4XABC1: client=pc[203.0.113.9]",
                              "mail postfix/smtpd[7]: 4XABC2: client=pc, sasl_username=other",
                              "mail postfix/cleanup[8]: 4XABC1: message-id=<pt0a1@example.com>"})
                            .traces();
    ASSERT_EQ(traces.size(), 1U);
    EXPECT_EQ(traces[0].login, "");
}

TEST(SampleTraces, read_exims_one_line) {
    const auto traces =
        read({"2026-11-26 04:00:01 1abc-2 <= t@example.com H=pc A=plain:test S=9 id=pt0a1@example.com"}).traces();
    ASSERT_EQ(traces.size(), 1U);
    EXPECT_EQ(traces[0].login, "plain:test");
}

TEST(SampleTraces, leave_other_messages_alone) {
    EXPECT_TRUE(read({"mail postfix/cleanup[8]: 4XABC1: message-id=<pt0a12@example.com>",
                      "mail postfix/cleanup[8]: 4XABC1: message-id=<x>", "", "]: : postfix", "postfix]: a: id=<"})
                    .traces()
                    .empty());
}

TEST(SampleTraces, keep_no_more_logins_than_they_may) {
    SampleTraces traces({"pt0a1"});
    for (std::size_t i = 0; i <= SampleTraces::max_open; ++i)
        traces.read("postfix/smtpd[7]: Q" + std::to_string(10'000 + i) + ": client=pc, sasl_username=user" +
                    std::to_string(i));
    traces.read("postfix/cleanup[8]: Q10000: message-id=<pt0a1@example.com>");
    EXPECT_EQ(traces.traces().front().login, "");  // forgotten
    traces.read("postfix/cleanup[8]: Q30000: message-id=<pt0a1@example.com>");
    EXPECT_EQ(traces.traces().front().login, "user20000");  // the latest is kept
}

}  // namespace
}  // namespace postern::evidence
