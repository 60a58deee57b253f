// SPDX-License-Identifier: Apache-2.0
#include "reputation/selection.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::reputation {
namespace {

/// The list with a key that takes the place of `list`, if the key is there.
const List* replacement(const Catalogue& catalogue, const List& list, const Wishes& wishes) {
    for (const List& other : catalogue.lists)
        if (contains(other.replaces, list.zone) && wishes.keys.contains(other.access)) return &other;
    return nullptr;
}

std::optional<Reason> obstacle(const Catalogue& catalogue, const List& list, const Wishes& wishes) {
    const auto who = catalogue.operators.find(list.operator_id);
    const std::string operator_name =
        who == catalogue.operators.end() ? std::string(list.zone.text()) : who->second.name;
    if (!list.access.empty()) {
        const auto access = catalogue.accesses.find(list.access);
        const Access what = access == catalogue.accesses.end() ? Access{} : access->second;
        const std::string mend = fmt::format("{} {}", what.how, what.url);
        if (what.what == Access::What::key && !wishes.keys.contains(list.access))
            return Reason{"list.needs_key", fmt::format("{} answers with a key only.", operator_name), mend};
        if (what.what == Access::What::registration && !wishes.registered.contains(list.access))
            return Reason{"list.needs_registration",
                          fmt::format("{} answers registered resolvers only.", operator_name), mend};
        return std::nullopt;
    }
    if (wishes.commercial && who != catalogue.operators.end() && who->second.commercial != Commercial::yes)
        return Reason{"list.terms", fmt::format("{}'s free service is not for commercial use.", operator_name),
                      fmt::format("{} {}", who->second.terms, who->second.help_url)};
    return std::nullopt;
}

Result<Choice> named(const Catalogue& catalogue, const DomainName& zone, const Wishes& wishes) {
    if (const DeadZone* dead = catalogue.find_dead(zone))
        return fail("list.dead",
                    fmt::format("{} is dead{}: {}", zone.text(),
                                dead->closed.empty() ? "" : fmt::format(" since {}", dead->closed), dead->story));
    const auto found = catalogue.find(zone);
    if (!found) {
        const std::string near = catalogue.nearest_zone(zone);
        return fail("list.unknown",
                    fmt::format("{} is not in the catalogue{}; own lists go into --zones-file", zone.text(),
                                near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
    }
    Choice choice{.list = found->list};
    if (found->part != nullptr) choice.parts.emplace_back(found->part->zone.text());
    if (const List* keyed = replacement(catalogue, *found->list, wishes)) choice.list = keyed;
    return choice;
}

}  // namespace

Result<std::vector<Choice>> select(const Catalogue& catalogue, const Wishes& wishes) {
    std::vector<Choice> choices;
    for (const DomainName& zone : wishes.named) {
        auto choice = named(catalogue, zone, wishes);
        if (!choice) return std::unexpected(choice.error());
        // Two parts of one union are one question.
        const auto same = std::ranges::find(choices, choice->list, &Choice::list);
        if (same == choices.end()) choices.push_back(*std::move(choice));
        else if (choice->parts.empty() || same->parts.empty()) same->parts.clear();
        else same->parts.insert(same->parts.end(), choice->parts.begin(), choice->parts.end());
    }
    if (wishes.named.empty())
        for (const List& list : catalogue.lists)
            if ((wishes.all || wishes.tiers.contains(list.tier)) && replacement(catalogue, list, wishes) == nullptr)
                choices.push_back({.list = &list});
    for (Choice& choice : choices) {
        choice.not_asked = obstacle(catalogue, *choice.list, wishes);
        if (const auto key = wishes.keys.find(choice.list->access); key != wishes.keys.end() && choice.list->keyed)
            choice.key = key->second;
    }
    return choices;
}

}  // namespace postern::reputation
