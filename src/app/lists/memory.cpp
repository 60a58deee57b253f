// SPDX-License-Identifier: Apache-2.0
#include "app/lists/memory.hpp"

#include <algorithm>

namespace postern::app {

using namespace reputation;

namespace {
constexpr std::int64_t stock_size = 16;
}

RunMemory::RunMemory(std::optional<store::ListMemory> memory, std::string resolver, const Catalogue& catalogue)
    : memory_(std::move(memory)), resolver_(std::move(resolver)), catalogue_(catalogue) {}

RunMemory::~RunMemory() {
    if (!memory_) return;
    for (const auto& [account, stock] : stocks_)
        if (stock.left > 0) {
            auto returned = memory_->return_budget(account, stock.taken, stock.left);
            (void)returned;  // what cannot be given back is spent: the operator is asked less, not more
        }
}

std::optional<Health> RunMemory::recall(const List& list, Kind kind, Instant now) {
    if (!memory_ || list.own) return std::nullopt;
    const auto record = memory_->health(list.zone.text(), to_string(kind), resolver_);
    if (!record || !*record) return std::nullopt;  // unreadable memory is no memory: the list is tested again
    const auto state = health_state((*record)->state);
    if (!state) return std::nullopt;
    Health health{*state, std::nullopt};
    if (!(*record)->code.empty()) health.reason = Reason{(*record)->code, (*record)->sentence, (*record)->mend};
    const bool holds = now >= (*record)->checked && now < (*record)->checked + remember_for(health, list);
    return holds ? std::optional(health) : std::nullopt;
}

void RunMemory::remember(const List& list, Kind kind, const Health& health, Instant now) {
    if (!memory_ || list.own || remember_for(health, list) == std::chrono::milliseconds::zero()) return;
    const Reason reason = health.reason.value_or(Reason{});
    auto remembered = memory_->remember_health(
        list.zone.text(), to_string(kind), resolver_,
        {std::string(to_string(health.state)), reason.code, reason.sentence, reason.mend, now});
    (void)remembered;  // not remembered: the list is tested again next time
}

std::int64_t RunMemory::daily_budget(const List& list) const {
    const auto found = catalogue_.operators.find(list.operator_id);
    return found == catalogue_.operators.end() ? 0 : found->second.daily_budget;
}

bool RunMemory::take(const List& list, std::size_t questions, Instant now) {
    if (list.own) return true;
    const auto wanted = static_cast<std::int64_t>(questions);
    const std::int64_t limit = daily_budget(list);
    if (!memory_) {
        std::int64_t& spent = spent_[list.operator_id];
        if (spent + wanted > limit) return false;
        spent += wanted;
        return true;
    }
    Stock& stock = stocks_[list.operator_id];
    if (stock.left < wanted) {
        const auto granted = memory_->take_budget(list.operator_id, now, std::max(wanted, stock_size), limit);
        if (granted) stock.left += *granted;  // a budget that cannot be read grants nothing
        stock.taken = now;
    }
    if (stock.left < wanted) return false;
    stock.left -= wanted;
    return true;
}

std::optional<Instant> RunMemory::note(const std::string& subject, const List& list, bool listed, Instant now) {
    if (!memory_ || list.own) return std::nullopt;
    if (!listed) {
        auto forgotten = memory_->forget_listing(subject, list.zone.text());
        (void)forgotten;  // an old date may stay: it is shown only beside a listing
        return std::nullopt;
    }
    const auto since = memory_->note_listing(subject, list.zone.text(), now);
    return since ? std::optional(*since) : std::nullopt;
}

}  // namespace postern::app
