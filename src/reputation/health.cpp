// SPDX-License-Identifier: Apache-2.0
#include "reputation/health.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::reputation {
namespace {

using State = Health::State;

constexpr std::string_view leave_out = "Take it out of every filter that uses it; its answers say nothing.";

Health with(State state, std::string_view code, std::string sentence, std::string_view mend = leave_out) {
    return {state, Reason{std::string(code), std::move(sentence), std::string(mend)}};
}

/// Does the answer hold something that counts as an entry? A code of its own for the negative (white, test class) is none.
bool holds_entry(const Verdict& verdict) {
    return verdict.status == Status::listed || (verdict.reason && verdict.reason->code == "list.unknown_code") ||
           contains(verdict.hits, Effect::block, &Hit::effect);
}

bool is_entry_of_any_kind(const Verdict& verdict) { return holds_entry(verdict) || !verdict.hits.empty(); }

/// The test point's own answer: alive, gone, or nothing learnt.
std::optional<Health> judge_test_point(const List& list, const dns::Answer& answer) {
    const Verdict verdict = judge(list, answer);
    if (verdict.status == Status::broken) return Health{State::broken, verdict.reason};
    if (!answer.is_definite() || (verdict.reason && verdict.reason->code == "list.refused"))
        return Health{State::unavailable, verdict.reason};
    const auto codes = answer.addresses();
    const bool as_expected = list.test.codes.empty() || std::ranges::any_of(codes, [&](const IpAddress& code) {
                                 return std::ranges::any_of(list.test.codes, [&](const CodePattern& pattern) {
                                     return pattern.matches(code);
                                 });
                             });
    if (is_entry_of_any_kind(verdict) && as_expected) return std::nullopt;
    if (!list.test.certain)
        return with(State::unproven, "list.unproven", "It shows no test entry, so that it works cannot be proved.", "");
    return with(State::broken, "list.test_point_absent",
                "It does not list its own test entry, so an absence on it says nothing.");
}

}  // namespace

std::string_view to_string(State state) {
    switch (state) {
    case State::healthy: return "healthy";
    case State::unproven: return "unproven";
    case State::broken: return "broken";
    case State::unavailable: return "unavailable";
    }
    return "unavailable";
}

std::optional<State> health_state(std::string_view text) {
    for (const State state : {State::healthy, State::unproven, State::broken, State::unavailable})
        if (to_string(state) == text) return state;
    return std::nullopt;
}

std::chrono::milliseconds remember_for(const Health& health, const List& list) {
    using namespace std::chrono_literals;
    switch (health.state) {
    case State::healthy:
    case State::unproven: return list.tier == 1 ? 4h : 24h;
    case State::broken: return 1h;
    case State::unavailable: return 0h;
    }
    return 0h;
}

dns::Step<Health> HealthCheck::step(std::span<const dns::Answer> answers) {
    if (asked_) return judge_controls(answers);
    asked_ = true;
    auto names = controls(*list_, kind_, key_);
    if (!names)
        return with(State::unavailable, "list.name_too_long", names.error().message, "Check the key in postern.toml.");
    names_ = *std::move(names);
    dns::Questions questions;
    if (names_.listed) questions.push_back({*names_.listed, dns::Type::a});
    if (names_.absent) questions.push_back({*names_.absent, dns::Type::a});
    for (const DomainName& neighbour : names_.neighbours) questions.push_back({neighbour, dns::Type::a});
    if (questions.empty())
        return with(State::unproven, "list.unproven", "It has no test entries, so that it works cannot be proved.", "");
    return questions;
}

Health HealthCheck::judge_controls(std::span<const dns::Answer> answers) const {
    std::optional<Health> doubt;
    if (names_.listed) {
        doubt = judge_test_point(*list_, answers.front());
        if (doubt && doubt->state != State::unproven) return *doubt;
        answers = answers.subspan(1);
    } else {
        doubt = with(State::unproven, "list.unproven", "It has no test entry, so that it works cannot be proved.", "");
    }

    std::size_t neighbours_listed = 0;
    bool negative_listed = false;
    std::size_t definite = 0;
    std::optional<Reason> silence;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const Verdict verdict = judge(*list_, answers[i]);
        if (verdict.status == Status::broken) return {State::broken, verdict.reason};
        if (answers[i].is_definite()) ++definite;
        else silence = verdict.reason;
        if (i == 0 && names_.absent) negative_listed = holds_entry(verdict);
        else if (holds_entry(verdict)) ++neighbours_listed;
    }
    if (negative_listed || (!names_.neighbours.empty() && neighbours_listed == names_.neighbours.size()))
        return with(State::broken, "list.lists_everything",
                    "It lists what no list may hold (its fixed negatives): it answers for everything.");
    if (definite == 0 && silence) return {State::unavailable, silence};
    return doubt.value_or(Health{State::healthy, std::nullopt});
}

}  // namespace postern::reputation
