// SPDX-License-Identifier: Apache-2.0
#include "app/lists/account.hpp"

#include <algorithm>

namespace postern::app {
namespace {

constexpr auto look_again = std::chrono::minutes(10);  // at a budget that was spent

}  // namespace

ListAccount::ListAccount(std::optional<store::ListMemory> memory,
                         std::map<std::string, std::int64_t, std::less<>> budgets, Instant now)
    : memory_(std::move(memory)) {
    for (const auto& [account, budget] : budgets) {
        Stock& stock = stocks_[account];
        stock.budget = budget;
        stock.left = fetch(account, stock, now);
        stock.fetched = now;
    }
    thread_ = std::thread([this] { run(); });
}

ListAccount::~ListAccount() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
    if (!memory_) return;
    for (const auto& [account, stock] : stocks_)
        if (stock.left > 0) {
            auto returned = memory_->return_budget(account, stock.fetched, stock.left);
            (void)returned;  // what cannot be given back is spent: the operator is asked less, not more
        }
}

bool ListAccount::take(std::string_view account, std::size_t questions, Instant now) {
    const auto wanted = static_cast<std::int64_t>(questions);
    const std::lock_guard lock(mutex_);
    const auto found = stocks_.find(account);
    if (found == stocks_.end()) return false;
    Stock& stock = found->second;
    const bool enough = stock.left >= wanted;
    if (enough) stock.left -= wanted;
    if ((stock.left < stock_size / 2 || !enough) && !stock.wanted && now >= stock.dry_until) {
        stock.wanted = called_ = true;
        now_ = now;
        wake_.notify_one();
    }
    return enough;
}

std::int64_t ListAccount::fetch(const std::string& account, Stock& stock, Instant now) {
    if (memory_) {
        const auto granted = memory_->take_budget(account, now, stock_size, stock.budget);
        return granted ? *granted : 0;  // a budget that cannot be read grants nothing
    }
    const std::int64_t day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    if (day != stock.day) stock.spent = 0;
    stock.day = day;
    const std::int64_t granted = std::clamp<std::int64_t>(stock.budget - stock.spent, 0, stock_size);
    stock.spent += granted;
    return granted;
}

void ListAccount::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [&] { return called_ || ending_; });
        if (ending_) return;
        called_ = false;
        const Instant now = now_;
        for (auto& [account, stock] : stocks_) {
            if (!stock.wanted) continue;
            Stock copy = stock;  // the disk is asked without the lock; only this thread changes what `fetch` does
            lock.unlock();
            const std::int64_t granted = fetch(account, copy, now);
            lock.lock();
            stock.day = copy.day;
            stock.spent = copy.spent;
            stock.left += granted;
            stock.fetched = now;
            stock.wanted = false;
            if (granted == 0) stock.dry_until = now + look_again;
        }
    }
}

}  // namespace postern::app
