// SPDX-License-Identifier: Apache-2.0
#include "egress/offender_book.hpp"

#include <algorithm>

namespace postern::egress {

Network OffenderBook::network_of(const IpAddress& address) {
    return Network::around(address, address.is_v4() ? 24 : 64);
}

OffenderBook::Entry* OffenderBook::look_up(const IpAddress& address) {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : &entries_.at(found->second);
}

OffenderBook::Entry& OffenderBook::open(const IpAddress& address) {
    if (Entry* known = look_up(address)) return *known;
    if (entries_.size() >= options_.most) make_room();
    const std::uint64_t id = next_++;
    Entry& entry = entries_[id];
    entry.offender.address = address;
    ++population_[network_of(address)];
    add_alias(id, address);
    return entry;
}

void OffenderBook::make_room() {
    const auto fullest = std::ranges::max_element(population_, {}, &std::pair<const Network, std::size_t>::second);
    auto least = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
        const Offender& offender = entry->second.offender;
        if (network_of(offender.address) != fullest->first) continue;
        const auto weight = [](const Offender& it) { return std::pair(it.attempts, it.last); };
        if (least == entries_.end() || weight(offender) < weight(least->second.offender)) least = entry;
    }
    ++displaced_;
    remove(least);
}

void OffenderBook::remove(Entries::iterator entry) {
    removed_.push_back(entry->second.offender.address);
    for (const IpAddress& alias : entry->second.aliases) by_address_.erase(alias);
    const auto machine = by_mac_.find(entry->second.offender.who.mac);
    if (machine != by_mac_.end() && machine->second == entry->first) by_mac_.erase(machine);
    const auto place = population_.find(network_of(entry->second.offender.address));
    if (--place->second == 0) population_.erase(place);
    entries_.erase(entry);
}

void OffenderBook::add_alias(std::uint64_t id, const IpAddress& address) {
    Entry& entry = entries_.at(id);
    if (entry.aliases.size() == max_aliases) {
        by_address_.erase(entry.aliases.front());
        entry.aliases.erase(entry.aliases.begin());
    }
    entry.aliases.push_back(address);
    by_address_[address] = id;
}

bool OffenderBook::note(const Attempt& attempt, const Identity& as) {
    const bool is_new = look_up(attempt.source) == nullptr;
    Entry& entry = open(attempt.source);
    entry.offender.note(attempt);
    entry.changed = true;
    if (!as.mac.empty() || !as.dhcp_name.empty() || !as.user.empty()) learn(by_address_.at(attempt.source), as);
    return is_new;
}

void OffenderBook::note(const IpAddress& source, const Conversation& conversation) {
    Entry* entry = look_up(source);
    if (entry == nullptr) return;  // displaced or forgotten while it spoke
    entry->offender.note(conversation, options_.show_recipients);
    entry->changed = true;
}

void OffenderBook::note_refused(const IpAddress& source) {
    if (Entry* entry = look_up(source)) {
        ++entry->offender.refused;
        entry->changed = true;
    }
}

void OffenderBook::identify(const IpAddress& source, const Identity& identity) {
    const auto found = by_address_.find(source);
    if (found != by_address_.end()) learn(found->second, identity);
}

void OffenderBook::learn(std::uint64_t id, const Identity& identity) {
    const auto entry = entries_.find(id);
    entry->second.offender.who.learn(identity);
    entry->second.changed = true;
    if (!identity.on_link || identity.mac.empty()) return;
    const auto [machine, is_new] = by_mac_.try_emplace(identity.mac, id);
    if (is_new || machine->second == id) return;
    // The machine is known under another address: one offender, not two.
    const std::uint64_t older = machine->second;
    Entry& known = entries_.at(older);
    known.offender.absorb(entry->second.offender);
    known.changed = true;
    const std::vector<IpAddress> aliases = entry->second.aliases;
    remove(entry);
    for (const IpAddress& alias : aliases) add_alias(older, alias);
}

bool OffenderBook::may_tell(const Network& network, Instant now) {
    const Instant hour = std::chrono::floor<std::chrono::hours>(now);
    std::erase_if(noise_, [&](const auto& place) { return place.second.hour != hour; });
    Noise& noise = noise_[network];
    noise.hour = hour;
    return noise.incidents++ < options_.most_incidents;
}

std::optional<Instant> OffenderBook::due(const Entry& entry) const {
    if (entry.offender.attempts <= entry.told.attempts) return std::nullopt;
    return entry.told.at ? *entry.told.at + options_.again : entry.offender.first + options_.settle;
}

std::vector<OffenderIncident> OffenderBook::take_due(Instant now) {
    std::vector<OffenderIncident> out;
    for (auto& [id, entry] : entries_) {
        const Offender& offender = entry.offender;
        const auto at = due(entry);
        if (!at || now < *at) continue;
        const std::uint64_t since = offender.attempts - entry.told.attempts;
        const bool first = !entry.told.at;
        entry.told = {now, offender.attempts};
        entry.changed = true;
        if (may_tell(network_of(offender.address), now)) out.push_back({offender, judge(offender), since, first});
    }
    return out;
}

std::optional<Instant> OffenderBook::next_due() const {
    std::optional<Instant> out;
    for (const auto& [id, entry] : entries_) {
        const auto at = due(entry);
        if (at && (!out || *at < *out)) out = at;
    }
    return out;
}

std::vector<const Offender*> OffenderBook::take_changed() {
    std::vector<const Offender*> out;
    for (auto& [id, entry] : entries_) {
        if (entry.changed) out.push_back(&entry.offender);
        entry.changed = false;
    }
    return out;
}

void OffenderBook::expire(Instant now) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        const auto next = std::next(entry);
        if (entry->second.offender.last + options_.keep < now) remove(entry);
        entry = next;
    }
}

const Offender* OffenderBook::find(const IpAddress& address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : &entries_.at(found->second).offender;
}

OffenderBook::Told OffenderBook::told(const IpAddress& address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? Told{} : entries_.at(found->second).told;
}

bool OffenderBook::forget(const IpAddress& address) {
    const auto found = by_address_.find(address);
    if (found == by_address_.end()) return false;
    remove(entries_.find(found->second));
    return true;
}

void OffenderBook::restore(Offender offender, Told told) {
    if (look_up(offender.address) != nullptr) return;
    Entry& entry = open(offender.address);
    const std::uint64_t id = by_address_.at(offender.address);
    const std::vector<IpAddress> addresses = offender.addresses;
    entry.told = {told.at, std::min(told.attempts, offender.attempts)};
    entry.offender = std::move(offender);
    for (const IpAddress& address : addresses)
        if (!by_address_.contains(address)) add_alias(id, address);
    const Identity who = entries_.at(id).offender.who;
    learn(id, who);
    if (const auto left = entries_.find(id); left != entries_.end()) left->second.changed = false;
}

std::vector<const Offender*> OffenderBook::all() const {
    std::vector<const Offender*> out;
    for (const auto& [id, entry] : entries_) out.push_back(&entry.offender);
    std::ranges::sort(out, std::ranges::greater{}, &Offender::last);
    return out;
}

}  // namespace postern::egress
