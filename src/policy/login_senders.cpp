// SPDX-License-Identifier: Apache-2.0
#include "policy/login_senders.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::policy {
namespace {

constexpr Rule unusual{"m5.sender.unusual", "M5", 550, "5.7.1"};
constexpr Rule too_many{"m5.sender.too_many", "M5", 550, "5.7.1"};

std::int64_t day_of(Instant when) { return std::chrono::floor<std::chrono::days>(when).time_since_epoch().count(); }

/// Local parts differ in case on paper only; here they must not, or capitals would be a way around.
std::string key_of(const MailAddress& sender) {
    std::string text = sender.text();
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return text;
}

constexpr std::int64_t learning_days = LoginSenders::learning_time / std::chrono::days(1);

}  // namespace

LoginSenders::Login& LoginSenders::login_at(std::string_view login, std::int64_t day) {
    auto found = logins_.find(login);
    if (found == logins_.end()) {
        make_room();
        found = logins_
                    .emplace(std::string(login),
                             Login{.first_day = day, .last_day = day, .too_many = false, .addresses = {}})
                    .first;
    }
    return found->second;
}

void LoginSenders::make_room() {
    if (logins_.size() < max_logins) return;
    logins_.erase(std::ranges::min_element(logins_, {}, [](const auto& one) { return one.second.last_day; }));
}

LoginSenders::Standing LoginSenders::standing(std::string_view login, const MailAddress& sender, Instant now) const {
    if (sender.is_null()) return Standing::usual;
    const auto found = logins_.find(login);
    if (found == logins_.end()) return Standing::learning;
    const Login& one = found->second;
    const auto address = one.addresses.find(key_of(sender));
    if (address != one.addresses.end() && (address->second.declared || address->second.last > address->second.first))
        return Standing::usual;
    if (one.too_many) return Standing::too_many;
    return day_of(now) - one.first_day < learning_days ? Standing::learning : Standing::unusual;
}

LoginSenders::Standing LoginSenders::see(std::string_view login, const MailAddress& sender, Instant now) {
    const Standing before = standing(login, sender, now);
    if (sender.is_null()) return before;
    const std::int64_t day = day_of(now);
    Login& one = login_at(login, day);
    one.last_day = std::max(one.last_day, day);
    if (day - one.first_day >= learning_days) return before;
    const std::string key = key_of(sender);
    if (const auto address = one.addresses.find(key); address != one.addresses.end())
        address->second.last = std::max(address->second.last, day);
    else if (one.addresses.size() < max_addresses) one.addresses.emplace(key, Days{day, day, false});
    else one.too_many = true;
    return before;
}

void LoginSenders::declare(std::string_view login, const MailAddress& sender, Instant now) {
    const std::int64_t day = day_of(now);
    Login& one = login_at(login, day);
    auto& addresses = one.addresses;
    const std::string key = key_of(sender);
    if (addresses.size() >= max_addresses && !addresses.contains(key)) {
        // A person's word goes before what was only seen; where all was declared there is room for one more word.
        const auto seen = std::ranges::find_if(addresses, [](const auto& entry) { return !entry.second.declared; });
        if (seen != addresses.end()) addresses.erase(seen);
    }
    addresses.try_emplace(key, Days{day, day, true}).first->second.declared = true;
}

std::vector<LoginSenders::Entry> LoginSenders::entries() const {
    std::vector<Entry> out;
    for (const auto& [login, one] : logins_)
        for (const auto& [address, days] : one.addresses)
            out.push_back({login, address, days.first, days.last, days.declared});
    return out;
}

void LoginSenders::restore(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
        if (logins_.size() >= max_logins && !logins_.contains(entry.login)) continue;
        Login& one = login_at(entry.login, entry.first_day);
        one.first_day = std::min(one.first_day, entry.first_day);
        one.last_day = std::max(one.last_day, entry.last_day);
        if (one.addresses.size() < max_addresses)
            one.addresses.insert_or_assign(entry.address, Days{entry.first_day, entry.last_day, entry.declared});
        else one.too_many = true;
    }
}

void judge_login_sender(std::string_view login, const MailAddress& sender, LoginSenders::Standing standing, Mode mode,
                        Decision& decision) {
    const std::string evidence = fmt::format("{} as {}", printable(login, 200), printable(sender.text(), 200));
    if (standing == LoginSenders::Standing::unusual)
        decision.add(unusual, mode, Action::refuse,
                     "This login does not usually send under this address; ask the administrator to allow it",
                     evidence);
    if (standing == LoginSenders::Standing::too_many)
        decision.add(too_many, mode, Action::refuse,
                     fmt::format("This login sends under more than {} addresses; ask the administrator to allow them",
                                 LoginSenders::max_addresses),
                     evidence);
}

}  // namespace postern::policy
