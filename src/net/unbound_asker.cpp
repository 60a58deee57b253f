// SPDX-License-Identifier: Apache-2.0
#include "net/unbound_asker.hpp"

#include "base/instant.hpp"
#include "wire/dns_message.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <unbound.h>

#include <array>
#include <unordered_map>

namespace postern::net {
namespace {

/// Zones that libunbound answers by itself (its localzone.c), but `localhost` and its reverse names.
constexpr std::array builtin_zones{
    "test.",
    "invalid.",
    "home.arpa.",
    "onion.",
    "resolver.arpa.",
    "service.arpa.",
    "10.in-addr.arpa.",
    "16.172.in-addr.arpa.",
    "17.172.in-addr.arpa.",
    "18.172.in-addr.arpa.",
    "19.172.in-addr.arpa.",
    "20.172.in-addr.arpa.",
    "21.172.in-addr.arpa.",
    "22.172.in-addr.arpa.",
    "23.172.in-addr.arpa.",
    "24.172.in-addr.arpa.",
    "25.172.in-addr.arpa.",
    "26.172.in-addr.arpa.",
    "27.172.in-addr.arpa.",
    "28.172.in-addr.arpa.",
    "29.172.in-addr.arpa.",
    "30.172.in-addr.arpa.",
    "31.172.in-addr.arpa.",
    "168.192.in-addr.arpa.",
    "0.in-addr.arpa.",
    "254.169.in-addr.arpa.",
    "2.0.192.in-addr.arpa.",
    "100.51.198.in-addr.arpa.",
    "113.0.203.in-addr.arpa.",
    "255.255.255.255.in-addr.arpa.",
    "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.",
    "d.f.ip6.arpa.",
    "8.e.f.ip6.arpa.",
    "9.e.f.ip6.arpa.",
    "a.e.f.ip6.arpa.",
    "b.e.f.ip6.arpa.",
    "8.b.d.0.1.0.0.2.ip6.arpa.",
};

struct Option {
    const char* name;
    const char* value;
};
constexpr std::array fixed_options{
    Option{"outgoing-range:", "2048"},
    Option{"num-queries-per-thread:", "2048"},
    Option{"qname-minimisation:", "no"},
    Option{"do-not-query-localhost:", "no"},
    Option{"use-syslog:", "no"},
    Option{"verbosity:", "0"},
    Option{"edns-buffer-size:", "1232"},
    Option{"so-rcvbuf:", "1m"},
    Option{"harden-glue:", "yes"},
    Option{"harden-dnssec-stripped:", "yes"},
    Option{"target-fetch-policy:", "0 0 0 0 0"},
};

class UnboundAsker final : public Asker {
public:
    explicit UnboundAsker(Loop& loop) : loop_(loop), readable_(loop.executor()), timer_(loop.executor()) {}
    ~UnboundAsker() override { release(); }

    Result<void> set_up(const RecursionOptions& options);
    void ask(dns::Question question, Clock::time_point deadline, Done done) override;
    void abandon(std::string why) override;
    Task<> close() override;
    [[nodiscard]] std::string_view name() const override { return name_; }

private:
    /// One question; owned by `under_way_` until its callback, its deadline or the end.
    struct Pending {
        UnboundAsker* asker;
        std::uint64_t number;
        dns::Question question;
        Clock::time_point asked, deadline;
        Done done;
        int async_id = 0;
    };

    static void answered(void* pending, int fault, ub_result* result);
    [[nodiscard]] dns::Answer judge(const Pending& pending, int fault, const ub_result* result) const;
    void finish(std::uint64_t number, dns::Answer answer);
    void await_readable();
    void arm_timer();
    void expire();
    void release();

    Loop& loop_;
    std::string name_ = "own recursion";
    bool validating_ = false;
    ub_ctx* context_ = nullptr;
    asio::posix::basic_stream_descriptor<Executor> readable_;
    Timer timer_;
    Clock::time_point armed_for_ = Clock::time_point::max();
    std::uint64_t last_number_ = 0;
    std::unordered_map<std::uint64_t, std::unique_ptr<Pending>> under_way_;
    std::string abandoned_;
};

Result<void> UnboundAsker::set_up(const RecursionOptions& options) {
    const auto refused = [](std::string_view what, int fault) {
        return fail("dns.unbound.setup", fmt::format("{}: {}", what, ub_strerror(fault)));
    };
    context_ = ub_ctx_create();
    if (context_ == nullptr) return fail("dns.unbound.setup", "libunbound gives no context");
    for (const Option& option : fixed_options)
        if (const int fault = ub_ctx_set_option(context_, option.name, option.value))
            return refused(option.name, fault);
    if (!options.root_hints.empty())
        if (const int fault = ub_ctx_set_option(context_, "root-hints:", options.root_hints.c_str()))
            return refused(options.root_hints, fault);
    validating_ = !options.trust_anchor.empty();
    if (validating_)
        if (const int fault = ub_ctx_add_ta_file(context_, options.trust_anchor.c_str()))
            return refused(options.trust_anchor, fault);
    for (const Endpoint& server : options.forward_to) {
        if (const int fault = ub_ctx_set_fwd(context_, server.to_string(53).c_str()))
            return refused(server.to_string(53), fault);
        name_ = options.forward_to.size() == 1 ? server.to_string(53) : "the resolvers given";
    }
    ub_ctx_async(context_, 1);  // a thread of libunbound's own, which writes to ub_fd; callbacks come on our loop
    // From here on the options are fixed: this call finalises the context, and with it files are read.
    for (const char* zone : builtin_zones)
        if (const int fault = ub_ctx_zone_remove(context_, zone))
            return refused(options.root_hints.empty()
                               ? options.trust_anchor
                               : fmt::format("{} or {}", options.root_hints, options.trust_anchor),
                           fault);
    return {};
}

void UnboundAsker::ask(dns::Question question, Clock::time_point deadline, Done done) {
    if (!abandoned_.empty()) {
        dns::Answer answer{
            .question = std::move(question), .outcome = dns::Outcome::not_asked, .why = abandoned_, .resolver = name_};
        return loop_.post(
            [moved = std::move(done), answer = std::move(answer)]() mutable { moved(std::move(answer)); });
    }
    if (!readable_.is_open()) await_readable();
    const std::uint64_t number = ++last_number_;
    auto owned = std::make_unique<Pending>(this, number, std::move(question), Clock::now(), deadline, std::move(done));
    Pending& pending = *under_way_.emplace(number, std::move(owned)).first->second;
    const std::string text = std::string(pending.question.name.text()) + ".";
    const int fault = ub_resolve_async(context_, text.c_str(), static_cast<int>(pending.question.type), 1, &pending,
                                       &answered, &pending.async_id);
    if (fault == 0) return arm_timer();
    loop_.post([this, number, asked_about = pending.question, why = ub_strerror(fault)] {
        if (under_way_.contains(number))
            finish(number, {.question = asked_about, .outcome = dns::Outcome::server_failure, .why = why});
    });
}

void UnboundAsker::answered(void* pointer, int fault, ub_result* result) {
    auto& pending = *static_cast<Pending*>(pointer);
    UnboundAsker& asker = *pending.asker;
    dns::Answer answer = asker.judge(pending, fault, result);
    ub_resolve_free(result);
    asker.finish(pending.number, std::move(answer));
}

dns::Answer UnboundAsker::judge(const Pending& pending, int fault, const ub_result* result) const {
    using dns::Outcome;
    dns::Answer failed{.question = pending.question, .outcome = Outcome::server_failure, .why = "libunbound failed"};
    if (fault != 0 || result == nullptr) return failed;
    if (result->bogus) {  // before anything else: nothing of a bogus answer may be read
        failed.outcome = Outcome::bogus;
        failed.validation = dns::Validation::bogus;
        failed.why = result->why_bogus != nullptr ? result->why_bogus : "a signature does not verify";
        return failed;
    }
    if (result->rcode == 2) {
        failed.rcode = dns::Rcode::server_failure;
        failed.why = "none of the zone's servers gave a usable answer";
        return failed;
    }
    const std::string_view packet(static_cast<const char*>(result->answer_packet),
                                  static_cast<std::size_t>(result->answer_len));
    auto message = wire::decode_message(packet);
    if (!message) {
        failed.outcome = Outcome::malformed;
        failed.why = message.error().message;
        return failed;
    }
    dns::Answer answer = wire::to_answer(pending.question, *std::move(message));
    if (validating_) answer.validation = result->secure ? dns::Validation::secure : dns::Validation::insecure;
    return answer;
}

void UnboundAsker::finish(std::uint64_t number, dns::Answer answer) {
    const auto node = under_way_.extract(number);
    Pending& pending = *node.mapped();
    answer.rtt = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - pending.asked);
    answer.resolver = name_;
    pending.done(std::move(answer));
}

void UnboundAsker::await_readable() {
    if (!readable_.is_open()) readable_.assign(ub_fd(context_));
    readable_.async_wait(asio::posix::descriptor_base::wait_read, [this](const boost::system::error_code& fault) {
        if (fault) return;  // released
        ub_process(context_);
        await_readable();
    });
}

/// One timer for the earliest deadline; deadlines of one run lie close together.
void UnboundAsker::arm_timer() {
    auto earliest = Clock::time_point::max();
    for (const auto& [number, pending] : under_way_) earliest = std::min(earliest, pending->deadline);
    if (earliest == armed_for_ || under_way_.empty()) return;
    armed_for_ = earliest;
    timer_.expires_at(std::max(earliest, Clock::now()));
    timer_.async_wait([this](const boost::system::error_code& fault) {
        if (!fault) expire();
    });
}

void UnboundAsker::expire() {
    armed_for_ = Clock::time_point::max();
    const auto now = Clock::now();
    std::vector<std::uint64_t> late;
    for (const auto& [number, pending] : under_way_)
        if (pending->deadline <= now) late.push_back(number);
    for (const std::uint64_t number : late) {
        const auto found = under_way_.find(number);
        if (found == under_way_.end()) continue;
        const Pending& pending = *found->second;
        ub_cancel(context_, pending.async_id);
        const auto waited = std::chrono::round<std::chrono::milliseconds>(pending.deadline - pending.asked);
        finish(number, {.question = pending.question,
                        .outcome = dns::Outcome::timed_out,
                        .why = fmt::format("no answer from the zone's servers within {}", in_words(waited))});
    }
    arm_timer();
}

void UnboundAsker::abandon(std::string why) {
    if (!abandoned_.empty()) return;
    abandoned_ = std::move(why);
    for (const auto& [number, pending] : under_way_) ub_cancel(context_, pending->async_id);
    loop_.post([left = std::exchange(under_way_, {}), why = abandoned_, name = name_]() mutable {
        for (auto& [number, pending] : left)
            pending->done(
                {.question = pending->question, .outcome = dns::Outcome::not_asked, .why = why, .resolver = name});
    });
}

Task<> UnboundAsker::close() {
    abandon("the resolver was closed");
    timer_.cancel();
    // Whoever closes may have been resumed by an answer, within ub_process: the context must outlive that call.
    co_await asio::post(loop_.executor(), asio::use_awaitable_t<Executor>{});
    release();
}

void UnboundAsker::release() {
    if (readable_.is_open()) readable_.release();  // the descriptor is libunbound's; this also ends our wait
    if (context_ != nullptr) ub_ctx_delete(std::exchange(context_, nullptr));
}

}  // namespace

Result<std::unique_ptr<Asker>> make_unbound_asker(Loop& loop, const RecursionOptions& options) {
    auto asker = std::make_unique<UnboundAsker>(loop);
    if (auto ready = asker->set_up(options); !ready) return std::unexpected(ready.error());
    return asker;
}

}  // namespace postern::net
