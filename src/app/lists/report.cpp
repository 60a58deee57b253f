// SPDX-License-Identifier: Apache-2.0
#include "app/lists/report.hpp"

namespace postern::app {

using namespace reputation;

std::string Row::zone() const { return parts.size() == 1 ? parts.front() : std::string(list->zone.text()); }

const Profile& Row::profile() const {
    const Hit* heaviest = nullptr;
    for (const Hit& hit : finding.verdict.hits)
        if (hit.effect == Effect::block && (heaviest == nullptr || hit.tier < heaviest->tier)) heaviest = &hit;
    if (heaviest != nullptr) return list->profile_of(heaviest->part);
    return parts.size() == 1 ? list->profile_of(parts.front()) : *list;
}

int Row::weight() const { return weight_of(finding.verdict, profile().tier); }

bool Row::enabled() const {
    const auto& reason = finding.verdict.reason;
    return list->role == Role::block &&
           !(reason && (reason->code == "list.needs_key" || reason->code == "list.needs_registration" ||
                        reason->code == "list.terms" || reason->code == "list.wrong_kind"));
}

bool Row::is_listing() const { return finding.verdict.status == Status::listed && weight() > 0; }

bool Row::is_gap() const {
    return enabled() && weight() == 1 && finding.verdict.status != Status::listed &&
           finding.verdict.status != Status::clean;
}

}  // namespace postern::app
