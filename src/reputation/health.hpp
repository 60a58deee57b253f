// SPDX-License-Identifier: Apache-2.0
// Does a list work, seen through this resolver? (RFC 5782 5, RFC 6471 3.)
//
// A list must list its test point and must not list the fixed negatives. The negatives are fixed and never random: half of the
// routable addresses stand on policy lists, and a random one is a stranger's. A list holds everybody when it lists the RFC's
// negative, or all three root servers. Lists that list the world are a matter of when: an expired zone is bought and answers all.
#pragma once

#include "base/dns_machine.hpp"
#include "base/instant.hpp"
#include "reputation/judge.hpp"
#include "reputation/question.hpp"

namespace postern::reputation {

struct Health {
    enum class State : std::uint8_t {
        healthy,
        unproven,  ///< it answers, and has no test point that must be there: a listing counts, an absence needs the zone's SOA
        broken,       ///< lists the world, lost its test point, or is not the list any more
        unavailable,  ///< refused or silent: says nothing about the list, only about our way to it
    };
    State state = State::unavailable;
    std::optional<Reason> reason;  ///< unless healthy
};
[[nodiscard]] std::string_view to_string(Health::State state);
[[nodiscard]] std::optional<Health::State> health_state(std::string_view text);

/// How long a judgement of health holds: 4 hours for tier 1, else a day; a broken list is looked at again after an hour; that a
/// list was unavailable is not remembered.
[[nodiscard]] std::chrono::milliseconds remember_for(const Health& health, const List& list);

/// Asks the controls of a list at once and judges. `list` outlives the machine.
class HealthCheck {
public:
    using Result = Health;

    HealthCheck(const List& list, Kind kind, std::string key) : list_(&list), kind_(kind), key_(std::move(key)) {}
    [[nodiscard]] dns::Step<Health> step(std::span<const dns::Answer> answers);

private:
    [[nodiscard]] Health judge_controls(std::span<const dns::Answer> answers) const;

    const List* list_;
    Kind kind_;
    std::string key_;
    bool asked_ = false;
    ControlNames names_;
};

}  // namespace postern::reputation
