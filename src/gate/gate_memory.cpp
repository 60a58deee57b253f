// SPDX-License-Identifier: Apache-2.0
#include "gate/gate_memory.hpp"

#include <utility>

namespace postern::gate {

void GateMemory::change(policy::LearningSettings learning) {
    const std::lock_guard lock(mutex_);
    logins_.change(learning);
}

std::vector<policy::SenderStanding> GateMemory::standing(std::string_view login, std::vector<MailAddress> addresses,
                                                         Instant now) const {
    std::vector<policy::SenderStanding> out;
    const std::lock_guard lock(mutex_);
    for (MailAddress& address : addresses) {
        const auto standing = logins_.standing(login, address, now);
        out.push_back({std::move(address), standing});
    }
    return out;
}

void GateMemory::learn(std::string_view login, std::span<const policy::SenderStanding> senders, Instant now) {
    const std::lock_guard lock(mutex_);
    for (const policy::SenderStanding& one : senders) logins_.learn(login, one.address, now);
}

void GateMemory::see(const policy::MasqueradeSight& sight, const policy::MasqueradeDomains& domains,
                     std::string_view who, Instant now) {
    const std::lock_guard lock(mutex_);
    masquerade_.see(sight, domains, who, now);
}

std::vector<DomainName> GateMemory::confirmed() const {
    const std::lock_guard lock(mutex_);
    return confirmed_;
}

bool GateMemory::confirm(std::vector<DomainName> domains) {
    const std::lock_guard lock(mutex_);
    if (confirmed_ == domains) return false;
    confirmed_ = std::move(domains);
    return true;
}

void GateMemory::restore(std::vector<policy::LoginSenders::Record> logins,
                         std::vector<policy::MasqueradePreview::Row> rows, policy::MasqueradePreview::Totals totals) {
    const std::lock_guard lock(mutex_);
    logins_.restore(std::move(logins));
    masquerade_.restore(std::move(rows), totals);
}

void GateMemory::apply(std::span<const LoginWish> wishes) {
    const std::lock_guard lock(mutex_);
    for (const LoginWish& wish : wishes) {
        if (wish.what == LoginWish::What::forget) logins_.forget(wish.login, wish.address);
        else (void)logins_.declare(wish.login, wish.address, wish.day);  // the command has told whether there is room
    }
}

bool GateMemory::has_changes() const {
    const std::lock_guard lock(mutex_);
    return logins_.has_changes() || masquerade_.has_changes();
}

GateMemory::Changed GateMemory::take_changed() {
    const std::lock_guard lock(mutex_);
    return {logins_.take_changed(), masquerade_.take_changed()};
}

void GateMemory::not_written(const Changed& changed) {
    const std::lock_guard lock(mutex_);
    logins_.not_written(changed.logins);
    masquerade_.not_written(changed.masquerade);
}

}  // namespace postern::gate
