// SPDX-License-Identifier: Apache-2.0
// What the masquerade (M5) would change, gathered from live mail, before anybody lets it.
//
// Hiding host names breaks whatever relied on them: a printer that is told apart by its name, a bounce address, a mailing list. So nothing
// is changed until a person has seen which addresses become which, for how many messages, and said so. The word is given to a digest of
// exactly what was shown: if other addresses have turned up since, it does not fit, and the person looks again. It confirms the domains
// that were configured then; one that is configured later waits for a word of its own. Bounded: the address that was silent longest is
// dropped first, and how many were is told.
#pragma once

#include "base/instant.hpp"
#include "policy/masquerade.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::policy {

class MasqueradePreview {
public:
    static constexpr std::size_t max_rows = 2'000;

    /// One address and what becomes of it.
    struct Row {
        std::string from, to, domain;
        std::uint64_t messages = 0;                 ///< it stood in, signed ones included
        std::uint64_t changed = 0;                  ///< of these, in which it was changed
        std::uint64_t left_signed = 0;              ///< of these, left alone for their signature
        std::set<std::string, std::less<>> places;  ///< "envelope", "from", "sender", "reply-to"
        Instant first{}, last{};
        std::string who;  ///< the login or address that sent the latest
        friend bool operator==(const Row&, const Row&) = default;
    };
    struct Totals {
        std::uint64_t messages = 0;     ///< outgoing ones looked at
        std::uint64_t touched = 0;      ///< with an address that is masqueraded
        std::uint64_t left_signed = 0;  ///< of these, left alone for their signature
        std::uint64_t dropped = 0;      ///< addresses forgotten for want of room
        Instant since{};
        friend bool operator==(const Totals&, const Totals&) = default;
    };

    void see(const MasqueradeSight& sight, const MasqueradeDomains& domains, std::string_view who, Instant now);

    [[nodiscard]] std::vector<Row> rows() const;
    [[nodiscard]] const Totals& totals() const { return totals_; }
    void restore(std::vector<Row> rows, Totals totals);

    /// What is to be written; each change is told once. `gone` are addresses (from, to) without a row any more.
    struct Changed {
        std::vector<Row> rows;
        std::vector<std::pair<std::string, std::string>> gone;
        Totals totals;
        bool any = false;  ///< something is to be written, the totals at least
    };
    [[nodiscard]] bool has_changes() const { return any_; }
    [[nodiscard]] Changed take_changed();
    void not_written(const Changed& changed);

private:
    using Key = std::pair<std::string, std::string>;
    void make_room();

    std::map<Key, Row> rows_;
    std::set<Key> changed_;
    Totals totals_;
    bool any_ = false;
};

/// "3f9a1c0b7d2e4f60": of the domains and of every address that would be changed by them, in whatever order they come. What is only ever
/// left alone is no part of it.
[[nodiscard]] std::string masquerade_digest(std::vector<std::string> domains,
                                            const std::vector<MasqueradePreview::Row>& rows);

}  // namespace postern::policy
