// SPDX-License-Identifier: Apache-2.0
#include "audit/active/plan.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace postern::audit {
namespace {

class InOrder : public Act {
public:
    InOrder(IpAddress server, std::string announcement, std::vector<Script> scripts)
        : server_(server), announcement_(std::move(announcement)), scripts_(std::move(scripts)) {}

    [[nodiscard]] const IpAddress& server() const override { return server_; }
    [[nodiscard]] std::optional<Script> next(const Conversation*) override {
        if (at_ == scripts_.size()) return std::nullopt;
        return scripts_[at_++];
    }
    [[nodiscard]] std::string announcement() const override { return announcement_; }
    [[nodiscard]] std::size_t connections() const override { return scripts_.size(); }

private:
    IpAddress server_;
    std::string announcement_;
    std::vector<Script> scripts_;
    std::size_t at_ = 0;
};

/// What a conversation showed that forbids a further one with this server.
bool forbids_more(const Conversation& last) {
    constexpr std::array<std::string_view, 4> for_good{"smtp.421", "audit.shared", "net.budget", "net.timeout"};
    return contains(for_good, last.fault_code);
}

}  // namespace

std::string Tokens::next() { return fmt::format("{}{:03x}", audit_, ++count_); }

std::unique_ptr<Act> in_order(IpAddress server, std::string announcement, std::vector<Script> scripts) {
    return std::make_unique<InOrder>(server, std::move(announcement), std::move(scripts));
}

ActivePlan::ActivePlan(const ActiveWishes& wishes) {
    const auto tokens = std::make_shared<Tokens>(wishes.token);
    add_relay_acts(acts_, wishes, tokens);
    add_protocol_acts(acts_, wishes, tokens);
    add_sample_acts(acts_, wishes, tokens);
    add_smuggling_acts(acts_, wishes, tokens);
}

void ActivePlan::stop(const IpAddress& server, const std::string& why, bool for_good) {
    std::string told = fmt::format("{}: {}", server.to_string(), why);
    if (!contains(stopped_, told)) stopped_.push_back(std::move(told));
    if (for_good) left_alone_.insert(server);
}

std::optional<Script> ActivePlan::next(const Conversation* last) {
    if (last != nullptr && forbids_more(*last)) stop(last->server, last->fault, true);
    for (; at_ < acts_.size(); ++at_, fresh_ = true) {
        Act& act = *acts_[at_];
        if (left_alone_.contains(act.server()) && fresh_) continue;
        auto script = act.next(std::exchange(fresh_, false) ? nullptr : last);
        if (const std::string why = act.stopped(); !why.empty()) stop(act.server(), why, act.banned());
        if (script && !left_alone_.contains(act.server())) return script;
    }
    return std::nullopt;
}

std::vector<std::string> ActivePlan::announcements() const {
    std::vector<std::string> out;
    for (const auto& act : acts_) out.push_back(act->announcement());
    return out;
}

std::size_t ActivePlan::connections() const {
    std::size_t count = 0;
    for (const auto& act : acts_) count += act->connections();
    return count;
}

std::string test_header(const ActiveWishes& wishes, std::string_view token, std::string_view from, std::string_view to,
                        std::string_view subject) {
    return fmt::format("From: Postern audit <{}>\r\nTo: <{}>\r\nSubject: {} [{}]\r\nMessage-ID: <{}@{}>\r\n"
                       "X-Postern-Token: {}\r\nAuto-Submitted: auto-generated\r\nPrecedence: bulk\r\n",
                       from, to, subject, token, token, split_address(from).second, token) +
           fmt::format("X-Postern-Audit: a test that the operator of {} runs with postern audit --intrusive\r\n",
                       wishes.domain.text());
}

std::string test_message(const ActiveWishes& wishes, std::string_view token, std::string_view from, std::string_view to,
                         std::string_view sentence) {
    return test_header(wishes, token, from, to, "Test message of a mail server audit") +
           fmt::format("\r\nThis is a test message. The operator of {} checks the mail server with postern audit\r\n"
                       "--intrusive: {}\r\nNothing needs to be done about it.\r\n\r\nToken: {}\r\n",
                       wishes.domain.text(), sentence, token);
}

std::vector<ActiveTarget> one_a_host(const std::vector<ActiveTarget>& targets) {
    std::vector<ActiveTarget> out;
    for (const ActiveTarget& one : targets)
        if (!contains(out, one.host, &ActiveTarget::host)) out.push_back(one);
    return out;
}

std::uint16_t submission_port(const ActiveTarget& target) {
    for (const std::uint16_t port : {std::uint16_t{465}, std::uint16_t{587}})
        if (contains(target.ports, port)) return port;
    return 0;
}

std::pair<std::string, std::string> split_address(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == address.npos) return {std::string(address), {}};
    return {std::string(address.substr(0, at)), std::string(address.substr(at + 1))};
}

}  // namespace postern::audit
