// SPDX-License-Identifier: Apache-2.0
// The allowed sources of M4 as they are in force: set, where each comes from, and how old it is.
//
// A refreshed answer replaces what was known only if it is believable. One that lost more than a fifth of the addresses, or grew to
// several times the size, may be a fault of the service, a lapsed domain or an attack; taken over unseen it would lock mail out or let
// anybody in. Such a change is held, with the reason, until a person confirms it; meanwhile the old set stays in force. What could not
// be learnt changes nothing and is asked again soon.
#pragma once

#include "base/instant.hpp"
#include "policy/settings.hpp"
#include "policy/source_lookup.hpp"

#include <cstdint>
#include <optional>

namespace postern::policy {

class SourceSet {
public:
    static constexpr std::chrono::milliseconds soonest = std::chrono::seconds(30);
    static constexpr std::chrono::milliseconds latest = std::chrono::hours(24);
    static constexpr std::chrono::milliseconds after_problem = std::chrono::minutes(10);

    struct Entry {
        SourceDeclaration declaration;
        std::vector<Network> networks;      ///< in force
        std::optional<Instant> as_of;       ///< when they were last confirmed by the DNS; nothing: never
        Instant due{};                      ///< when to ask again
        std::string problem;                ///< why the last look-up told nothing; empty: it did
        std::vector<std::string> left_out;  ///< terms that cannot be listed
        std::vector<Network> held;          ///< a change that waits for a person
        std::string held_because;           ///< "63 of 256 addresses are gone"; empty: nothing is held
    };

    /// What came of a look-up.
    enum class Outcome : std::uint8_t { unchanged, changed, held, unknown };

    /// Declared networks are in force at once, the rest from its first look-up.
    SourceSet(std::vector<SourceDeclaration> declarations, Instant now);

    /// What `before` knew of the same sources stays in force, a change that is held included; each is asked anew. For a reload, which is
    /// no person's word.
    void adopt(const SourceSet& before, Instant now);

    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    /// Places in `entries` that are to be looked up.
    [[nodiscard]] std::vector<std::size_t> due(Instant now) const;
    /// The result for an entry. A first one is believed unless it is absurd by itself.
    Outcome take(std::size_t entry, SourceLookup lookup, Instant now);
    /// A person's word: the held change comes into force. False: nothing is held there.
    bool confirm(std::size_t entry, Instant now);
    /// Every entry was learnt at least once. Before that nobody can be called an outsider.
    [[nodiscard]] bool ready() const;
    /// What judge_source goes by: every network in force with its origin.
    [[nodiscard]] std::vector<AllowedSource> allowed() const;
    /// The entry that an address belongs to; null if none.
    [[nodiscard]] const Entry* find(const IpAddress& ip) const;

private:
    std::vector<Entry> entries_;
};

/// Why `after` must not replace `before` without a person's word; "" if it may. Lost is what was covered and is not any more, however
/// many new networks came in its place. IPv6 is counted in /64s.
[[nodiscard]] std::string unbelievable_change(const std::vector<Network>& before, const std::vector<Network>& after);

}  // namespace postern::policy
