// SPDX-License-Identifier: Apache-2.0
// How much one sender sends (MC): recipients in an hour, in a day, and how many it never wrote to before.
//
// A stolen account sends to thousands; a person does not. Counts slide in buckets (5 minutes, 1 hour), so a burst is seen when it
// happens and forgotten when it is over. The number of senders and of remembered recipients is bounded: the quietest sender is forgotten
// first, and recipients are remembered as hashes.
#pragma once

#include "base/instant.hpp"
#include "policy/decision.hpp"
#include "policy/settings.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace postern::policy {

struct SenderCounts {
    std::uint32_t hour = 0, day = 0, new_in_day = 0;
    std::uint32_t added = 0;  ///< by the message that is judged; counted above too
};

class SenderBook {
public:
    static constexpr std::size_t max_senders = 20'000;
    static constexpr std::size_t max_known = 5'000;  ///< recipients remembered of one sender

    /// One message to `recipients`; counts with this message in them.
    SenderCounts add(std::string_view sender, const std::vector<std::string>& recipients, Instant now);
    /// Without counting anything.
    [[nodiscard]] SenderCounts counts(std::string_view sender, Instant now) const;
    [[nodiscard]] std::size_t size() const { return senders_.size(); }

private:
    template <std::size_t count>
    struct Window {
        std::array<std::uint32_t, count> buckets{};
        std::int64_t newest = 0;  // number of the newest bucket

        void add(std::int64_t bucket, std::uint32_t amount);
        [[nodiscard]] std::uint32_t sum(std::int64_t bucket) const;
    };
    struct Sender {
        Window<12> hour;             // of 5 minutes
        Window<24> day, new_in_day;  // of an hour
        std::unordered_set<std::uint64_t> known;
        Instant seen{};
    };

    void make_room();

    std::unordered_map<std::string, Sender> senders_;
};

/// Findings for a sender that has sent this much. `who` is a login or an address, for people.
void judge_ceilings(std::string_view who, const SenderCounts& counts, const CeilingSettings& settings,
                    Decision& decision);

}  // namespace postern::policy
