// SPDX-License-Identifier: Apache-2.0
// Reverse names from a resolver that knows one address, and holds back what it is told to.
#include "app/trap/reverse_names.hpp"

#include "net/task_group.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

const IpAddress known = *IpAddress::parse("10.0.0.7");

class OneName final : public net::Asker {
public:
    OneName(net::Loop& loop, std::vector<std::string>& asked) : loop_(loop), asked_(asked) {}
    void ask(dns::Question question, net::Clock::time_point, Done done) override {
        asked_.emplace_back(question.name.text());
        dns::Answer answer{.question = question, .outcome = dns::Outcome::no_name};
        if (question.name == dns::reverse_name(known)) {
            answer.outcome = dns::Outcome::found;
            answer.records = {{question.name, dns::Type::ptr, {}, *DomainName::parse("annas-pc.office.example")}};
        }
        loop_.post([done = std::move(done), answer]() mutable { done(std::move(answer)); });
    }
    void abandon(std::string) override {}
    net::Task<> close() override { co_return; }
    std::string_view name() const override { return "192.0.2.53"; }

private:
    net::Loop& loop_;
    std::vector<std::string>& asked_;
};

class Reverse : public testing::Test {
protected:
    net::Task<Result<std::unique_ptr<net::Resolver>>> open() {
        ++opened_;
        if (!resolver_there_) co_return fail("dns.resolver.none", "no resolver is configured");
        co_return std::make_unique<net::Resolver>(std::make_unique<OneName>(loop_, asked_), "");
    }
    ReverseNames::Hooks hooks() {
        return {.open = [this] { return open(); },
                .found = [this](const IpAddress& ip,
                                const std::string& name) { found_.push_back(ip.to_string() + " " + name); },
                .fault = [this](const std::string& why) { faults_.push_back(why); }};
    }
    /// Runs until nobody waits any more.
    net::Task<> play(std::vector<IpAddress> addresses, std::size_t answers) {
        ReverseNames names(loop_.executor(), hooks());
        net::TaskGroup tasks(loop_.executor(), [](std::string_view, const std::exception_ptr&) { ADD_FAILURE(); });
        for (const IpAddress& address : addresses) taken_ += names.ask(address) ? 1 : 0;
        tasks.spawn("names", names.run());
        net::Timer pause(loop_.executor());
        while (asked_.size() < answers && !names.ended()) {
            pause.expires_after(std::chrono::milliseconds(1));
            co_await pause.async_wait(net::as_values);
        }
        names.end();
        co_await tasks.join();
        EXPECT_TRUE(names.ended());
    }

    net::Loop loop_;
    std::vector<std::string> asked_, found_, faults_;
    std::size_t taken_ = 0;
    int opened_ = 0;
    bool resolver_there_ = true;
};

TEST_F(Reverse, names_are_found_and_absent_ones_are_not_told_of) {
    loop_.run(play({*IpAddress::parse("2001:db8::7"), known}, 2));
    EXPECT_EQ(asked_.at(1), "7.0.0.10.in-addr.arpa");
    EXPECT_EQ(found_, std::vector<std::string>{"10.0.0.7 annas-pc.office.example"});
    EXPECT_EQ(opened_, 1);
}

TEST_F(Reverse, names_are_asked_for_once_while_an_address_waits) {
    loop_.run(play({known, known}, 1));
    EXPECT_EQ(taken_, 1U);
    EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(Reverse, names_of_no_more_than_the_limit_wait) {
    std::vector<IpAddress> many;
    for (std::size_t i = 0; i <= ReverseNames::max_waiting; ++i)
        many.push_back(
            IpAddress::from_v4({10, 0, static_cast<std::uint8_t>(i / 256 + 1), static_cast<std::uint8_t>(i % 256)}));
    loop_.run(play(many, ReverseNames::max_waiting));
    EXPECT_EQ(taken_, ReverseNames::max_waiting);
}

TEST_F(Reverse, names_are_left_alone_where_there_is_no_resolver) {
    resolver_there_ = false;
    loop_.run(play({known}, 1));
    EXPECT_EQ(faults_, std::vector<std::string>{"no resolver is configured"});
    EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace postern::app
