// SPDX-License-Identifier: Apache-2.0
#include "policy/login_senders.hpp"

#include "base/contains.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace postern::policy {
namespace {

constexpr Rule unusual{"m5.sender.unusual", "M5", 550, "5.7.1"};
constexpr Rule too_many{"m5.sender.too_many", "M5", 550, "5.7.1"};

/// Names and local parts differ in case on paper only; here they must not, or capitals would be a way around.
std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return out;
}

template <class Addresses>
auto find(Addresses& addresses, const std::string& key) {
    return std::ranges::find(addresses, key, &LoginSenders::Address::address);
}

}  // namespace

std::int64_t day_of(Instant when) { return std::chrono::floor<std::chrono::days>(when).time_since_epoch().count(); }

bool LoginSenders::learnt(const Record& record, const LearningSettings& learning, std::int64_t day) {
    return day - record.first_day >= learning.time / std::chrono::days(1) && record.days >= learning.days;
}

LoginSenders::Record& LoginSenders::record_at(const std::string& login, std::int64_t day) {
    auto found = logins_.find(login);
    if (found == logins_.end()) {
        make_room();
        Record fresh{.login = login, .first_day = day, .last_day = day, .days = 0, .too_many = false, .addresses = {}};
        found = logins_.emplace(login, std::move(fresh)).first;
    }
    return found->second;
}

void LoginSenders::make_room() {
    if (logins_.size() < max_logins) return;
    const auto silent = std::ranges::min_element(logins_, {}, [](const auto& one) { return one.second.last_day; });
    changed_.insert(silent->first);
    logins_.erase(silent);
}

LoginSenders::Standing LoginSenders::standing(std::string_view login, const MailAddress& sender, Instant now) const {
    if (sender.is_null()) return Standing::usual;
    const auto found = logins_.find(lowered(login));
    if (found == logins_.end()) return Standing::learning;
    const Record& one = found->second;
    const auto address = find(one.addresses, lowered(sender.text()));
    if (address != one.addresses.end() && is_usual(*address, learning_)) return Standing::usual;
    if (one.too_many) return Standing::too_many;
    return learnt(one, learning_, day_of(now)) ? Standing::unusual : Standing::learning;
}

void LoginSenders::learn(std::string_view login, const MailAddress& sender, Instant now) {
    if (sender.is_null() || login.empty() || login.size() > max_login) return;
    const std::int64_t day = day_of(now);
    const std::string name = lowered(login), key = lowered(sender.text());
    Record& one = record_at(name, day);
    const bool open = !learnt(one, learning_, day);  // before this day is counted
    if (one.days == 0 || day > one.last_day) {
        ++one.days;
        one.last_day = day;
        changed_.insert(name);
    }
    if (!open) return;
    const auto known = find(one.addresses, key);
    if (known != one.addresses.end()) {
        if (day <= known->last_day) return;
        ++known->days;
        known->last_day = day;
    } else if (one.addresses.size() >= max_addresses) {
        if (one.too_many) return;
        one.too_many = true;
    } else {
        const auto today = std::ranges::count(one.addresses, day, &Address::first_day);
        if (static_cast<std::size_t>(today) >= max_new_in_day) return;
        one.addresses.push_back({key, day, day, 1, false});
    }
    changed_.insert(name);
}

bool LoginSenders::declare(std::string_view login, std::string_view address, std::int64_t day) {
    const std::string name = lowered(login), key = lowered(address);
    auto& addresses = record_at(name, day).addresses;
    changed_.insert(name);
    if (const auto known = find(addresses, key); known != addresses.end()) {
        known->declared = true;
        return true;
    }
    if (addresses.size() >= max_addresses) {
        // A person's word goes before what was only seen.
        const auto seen = std::ranges::find(addresses, false, &Address::declared);
        if (seen == addresses.end()) return false;
        addresses.erase(seen);
    }
    addresses.push_back({key, day, day, 0, true});
    return true;
}

void LoginSenders::forget(std::string_view login, std::string_view address) {
    const std::string name = lowered(login);
    const auto found = logins_.find(name);
    if (found == logins_.end()) return;
    changed_.insert(name);
    if (address.empty()) logins_.erase(found);
    else std::erase_if(found->second.addresses, [&](const Address& one) { return one.address == lowered(address); });
}

std::vector<LoginSenders::Record> LoginSenders::records() const {
    std::vector<Record> out;
    for (const auto& [login, one] : logins_) out.push_back(one);
    return out;
}

void LoginSenders::restore(std::vector<Record> records) {
    for (Record& one : records) {
        if (logins_.size() >= max_logins && !logins_.contains(one.login)) continue;
        if (one.addresses.size() > max_addresses) {
            one.addresses.resize(max_addresses);
            one.too_many = true;
        }
        std::string login = one.login;
        logins_.insert_or_assign(std::move(login), std::move(one));
    }
}

LoginSenders::Changed LoginSenders::take_changed() {
    Changed out;
    for (const std::string& login : std::exchange(changed_, {})) {
        const auto found = logins_.find(login);
        if (found == logins_.end()) out.gone.push_back(login);
        else out.records.push_back(found->second);
    }
    return out;
}

void LoginSenders::not_written(const Changed& changed) {
    for (const Record& one : changed.records) changed_.insert(one.login);
    changed_.insert(changed.gone.begin(), changed.gone.end());
}

std::vector<MailAddress> senders_of(const MailAddress& envelope, const wire::Message* message) {
    std::vector<MailAddress> out;
    if (!envelope.is_null()) out.push_back(envelope);
    if (message == nullptr) return out;
    for (const wire::HeaderField* field : message->all("from"))
        for (const std::string& text : wire::mailboxes(field->value())) {
            auto author = MailAddress::parse(text);
            if (!author || author->is_null() || contains(out, *author)) continue;
            if (out.size() >= max_senders_shown) return out;
            out.push_back(*std::move(author));
        }
    return out;
}

void judge_login_senders(std::string_view login, std::span<const SenderStanding> senders, Mode mode,
                         Decision& decision) {
    using Standing = LoginSenders::Standing;
    std::string foreign;
    bool many = false;
    for (const SenderStanding& one : senders) {
        if (one.standing != Standing::unusual && one.standing != Standing::too_many) continue;
        many = many || one.standing == Standing::too_many;
        foreign += fmt::format("{}{}", foreign.empty() ? "" : ", ", printable(one.address.text(), 200));
    }
    if (foreign.empty()) return;
    std::string evidence = fmt::format("{} as {}", printable(login, 200), foreign);
    if (many)
        decision.add(too_many, mode, Action::refuse,
                     fmt::format("This login sends under more than {} addresses; ask the administrator to allow them",
                                 LoginSenders::max_addresses),
                     std::move(evidence));
    else
        decision.add(unusual, mode, Action::refuse,
                     "This login does not usually send under this address; ask the administrator to allow it",
                     std::move(evidence));
}

bool teaches(const Decision& decision) {
    const Action action = decision.action();
    if (action == Action::refuse || action == Action::defer) return false;
    return std::ranges::none_of(decision.findings(), [](const Finding& one) {
        return one.measure == "MC" || ((one.measure == "M1" || one.measure == "M3") && one.action != Action::accept);
    });
}

}  // namespace postern::policy
