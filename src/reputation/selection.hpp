// SPDX-License-Identifier: Apache-2.0
// Which lists a run asks: by tier or by name, within each operator's terms, each fact once.
//
// A union is asked instead of its parts. A list with a key replaces its public form when the key is there. What needs a key, a
// registration or another kind of user is not asked, and says how to get there.
#pragma once

#include "reputation/judge.hpp"

#include <set>

namespace postern::reputation {

struct Wishes {
    std::set<int> tiers = {1, 2};
    bool all = false;
    std::vector<DomainName> named;                         ///< zones, parts or aliases; if any, only these
    std::map<std::string, std::string, std::less<>> keys;  ///< by access name
    std::set<std::string, std::less<>> registered;         ///< access names
    bool commercial = false;
};

struct Choice {
    const List* list = nullptr;      ///< of the catalogue given
    std::vector<std::string> parts;  ///< zones of the parts asked for; empty: all
    std::string key;
    std::optional<Reason> not_asked;
};

/// Borrows the catalogue for the life of the choices. Errors: list.dead (with its story), list.unknown (with the nearest name).
[[nodiscard]] Result<std::vector<Choice>> select(const Catalogue& catalogue, const Wishes& wishes);

}  // namespace postern::reputation
