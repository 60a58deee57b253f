// SPDX-License-Identifier: Apache-2.0
#include "policy/source_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace postern::policy {
namespace {

constexpr std::uint64_t most_lost_percent = 20;
constexpr std::uint64_t most_growth = 4;   // times
constexpr std::uint64_t small_set = 256;   // growing up to this needs nobody's word
constexpr int widest4 = 12, widest6 = 24;  // prefixes; no service delivers from more

/// Addresses, or /64s of IPv6; a /64 and what is smaller count 1.
std::uint64_t weight(const Network& network) {
    const int spare = (network.first().is_v4() ? 32 : 64) - network.prefix();
    return std::uint64_t{1} << std::clamp(spare, 0, 40);
}

/// Networks either hold each other or are apart: without those that lie in another, none is counted twice.
std::vector<Network> apart(std::vector<Network> networks) {
    std::ranges::sort(networks, {}, [](const Network& one) { return std::pair(one.first(), one.prefix()); });
    std::vector<Network> out;
    for (const Network& one : networks)
        if (out.empty() || !out.back().contains(one.first())) out.push_back(one);
    return out;
}

std::uint64_t total(const std::vector<Network>& networks) {
    std::uint64_t sum = 0;
    for (const Network& one : networks) sum += weight(one);
    return sum;
}

/// How much of `network` the networks of `others` (apart) cover.
std::uint64_t covered(const Network& network, const std::vector<Network>& others) {
    std::uint64_t sum = 0;
    for (const Network& other : others) {
        if (other.prefix() <= network.prefix() && other.contains(network.first())) return weight(network);
        if (network.contains(other.first())) sum += weight(other);
    }
    return std::min(sum, weight(network));
}

}  // namespace

std::string unbelievable_change(const std::vector<Network>& before, const std::vector<Network>& after) {
    for (const Network& one : after)
        if (one.prefix() < (one.first().is_v4() ? widest4 : widest6))
            return fmt::format("{} is more than a service delivers from", one.to_string());
    if (before.empty()) return {};
    const std::vector<Network> was = apart(before), is = apart(after);
    const std::uint64_t had = total(was), has = total(is);
    std::uint64_t kept = 0;
    for (const Network& one : was) kept += covered(one, is);
    if ((had - kept) * 100 > had * most_lost_percent)
        return fmt::format("{} of {} addresses are gone", had - kept, had);
    if (has > std::max(had * most_growth, small_set)) return fmt::format("it grew from {} to {} addresses", had, has);
    return {};
}

SourceSet::SourceSet(std::vector<SourceDeclaration> declarations, Instant now) {
    for (SourceDeclaration& one : declarations) {
        Entry entry;
        entry.due = now;
        if (one.network) {
            entry.networks.push_back(*one.network);
            entry.as_of = now;
            entry.due = Instant::max();
        }
        entry.declaration = std::move(one);
        entries_.push_back(std::move(entry));
    }
}

void SourceSet::adopt(const SourceSet& before, Instant now) {
    for (Entry& entry : entries_) {
        if (entry.declaration.kind == SourceDeclaration::Kind::network) continue;
        const auto same = std::ranges::find_if(before.entries_, [&](const Entry& one) {
            return one.declaration.text == entry.declaration.text && one.declaration.name == entry.declaration.name;
        });
        if (same == before.entries_.end()) continue;
        SourceDeclaration declaration = std::move(entry.declaration);
        entry = *same;
        entry.declaration = std::move(declaration);
        entry.due = now;
    }
}

std::vector<std::size_t> SourceSet::due(Instant now) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < entries_.size(); ++i)
        if (entries_[i].due <= now) out.push_back(i);
    return out;
}

SourceSet::Outcome SourceSet::take(std::size_t entry, SourceLookup lookup, Instant now) {
    Entry& one = entries_.at(entry);
    one.problem = std::move(lookup.problem);
    if (!one.problem.empty()) {
        one.due = now + after_problem;
        return Outcome::unknown;
    }
    one.due = now + std::clamp<std::chrono::milliseconds>(lookup.ttl, soonest, latest);
    one.left_out = std::move(lookup.left_out);
    one.held.clear();
    one.held_because = unbelievable_change(one.networks, lookup.networks);
    if (!one.held_because.empty()) {
        one.held = std::move(lookup.networks);
        return Outcome::held;
    }
    one.as_of = now;
    if (one.networks == lookup.networks) return Outcome::unchanged;
    one.networks = std::move(lookup.networks);
    return Outcome::changed;
}

bool SourceSet::confirm(std::size_t entry, Instant now) {
    Entry& one = entries_.at(entry);
    if (one.held_because.empty()) return false;
    one.networks = std::move(one.held);
    one.held.clear();
    one.held_because.clear();
    one.as_of = now;
    return true;
}

bool SourceSet::ready() const {
    return !entries_.empty() && std::ranges::all_of(entries_, [](const Entry& one) { return one.as_of.has_value(); });
}

std::vector<AllowedSource> SourceSet::allowed() const {
    std::vector<AllowedSource> out;
    for (const Entry& entry : entries_)
        for (const Network& network : entry.networks) out.push_back({network, entry.declaration.text});
    return out;
}

const SourceSet::Entry* SourceSet::find(const IpAddress& ip) const {
    const auto holds = [&](const Entry& entry) {
        return std::ranges::any_of(entry.networks, [&](const Network& network) { return network.contains(ip); });
    };
    const auto found = std::ranges::find_if(entries_, holds);
    return found == entries_.end() ? nullptr : &*found;
}

}  // namespace postern::policy
