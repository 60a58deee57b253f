// SPDX-License-Identifier: Apache-2.0
#include "reputation/catalogue.hpp"

#include "base/contains.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace postern::reputation {

bool List::takes(Kind kind) const { return contains(kinds, kind); }

const Profile& List::profile_of(std::string_view part) const {
    const auto found =
        std::ranges::find_if(parts, [&](const Part& candidate) { return candidate.zone.text() == part; });
    return found == parts.end() ? static_cast<const Profile&>(*this) : *found;
}

std::optional<Catalogue::Found> Catalogue::find(const DomainName& zone) const {
    for (const List& list : lists) {
        if (list.zone == zone) return Found{&list, nullptr};
        for (const Part& part : list.parts)
            if (part.zone == zone || contains(part.aliases, zone)) return Found{&list, &part};
    }
    return std::nullopt;
}

const DeadZone* Catalogue::find_dead(const DomainName& zone) const {
    const auto found = std::ranges::find_if(dead, [&](const DeadZone& candidate) {
        return candidate.subzones ? zone.is_within(candidate.zone) : zone == candidate.zone;
    });
    return found == dead.end() ? nullptr : &*found;
}

std::string Catalogue::nearest_zone(const DomainName& zone) const {
    std::vector<std::string_view> names;
    for (const List& list : lists) {
        names.push_back(list.zone.text());
        for (const Part& part : list.parts) names.push_back(part.zone.text());
    }
    return std::string(nearest(zone.text(), names));
}

void Catalogue::overlay(Catalogue other) {
    for (auto& [name, value] : other.operators) operators.insert_or_assign(name, std::move(value));
    for (auto& [name, value] : other.accesses) accesses.insert_or_assign(name, std::move(value));
    for (auto& [name, value] : other.causes) causes.insert_or_assign(name, std::move(value));
    for (List& list : other.lists) {
        const auto same = std::ranges::find(lists, list.zone, &List::zone);
        if (same == lists.end()) lists.push_back(std::move(list));
        else *same = std::move(list);
    }
    for (DeadZone& zone : other.dead) dead.push_back(std::move(zone));
}

List own_zone(DomainName zone) {
    List list;
    list.name = zone.text();
    list.zone = std::move(zone);
    list.tier = 1;
    list.kinds = {Kind::ip4, Kind::ip6, Kind::domain};
    list.test.certain = false;
    list.codes.push_back({.code = *CodePattern::parse("127.255.255.*"),
                          .effect = Effect::refused,
                          .sentence = "the list refused the question"});
    list.codes.push_back({.code = *CodePattern::parse("127.0.0.1"),
                          .effect = Effect::information,
                          .sentence = "127.0.0.1, which is no listing (RFC 5782)"});
    list.codes.push_back({.code = *CodePattern::parse("127.*.*.*"), .sentence = "listed"});
    list.own = true;
    return list;
}

}  // namespace postern::reputation
