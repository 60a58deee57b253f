// SPDX-License-Identifier: Apache-2.0
#include "policy/decision.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace postern::policy {

std::string_view to_string(Action action) {
    constexpr std::array<std::string_view, 5> names{"accept", "tag", "defer", "hold", "refuse"};
    return names[static_cast<std::size_t>(action)];
}

void Decision::add(const Rule& rule, Mode mode, Action action, std::string sentence, std::string evidence) {
    findings_.push_back({action, rule.code, rule.measure, std::move(sentence), std::move(evidence),
                         mode == Mode::observe, rule.reply, rule.enhanced});
}

void Decision::fault(std::string_view code, std::string_view measure, std::string sentence, std::string evidence) {
    findings_.push_back({Action::defer, code, measure, std::move(sentence), std::move(evidence)});
}

void Decision::merge(Decision other) {
    findings_.insert(findings_.end(), std::make_move_iterator(other.findings_.begin()),
                     std::make_move_iterator(other.findings_.end()));
}

const Finding* Decision::deciding() const {
    const Finding* gravest = nullptr;
    for (const Finding& one : findings_)
        if (!one.would && one.action != Action::accept && (gravest == nullptr || one.action > gravest->action))
            gravest = &one;
    return gravest;
}

Action Decision::action() const {
    const Finding* gravest = deciding();
    return gravest == nullptr ? Action::accept : gravest->action;
}

std::optional<wire::SmtpRefusal> Decision::refusal(std::string_view event) const {
    const Finding* gravest = deciding();
    if (gravest == nullptr || (gravest->action != Action::defer && gravest->action != Action::refuse))
        return std::nullopt;
    const std::string text = event.empty() ? fmt::format("{} ({})", gravest->sentence, gravest->code)
                                           : fmt::format("{} ({} {})", gravest->sentence, gravest->code, event);
    if (gravest->action == Action::refuse)
        return wire::SmtpRefusal::permanent(gravest->code, text, gravest->reply, gravest->enhanced);
    // The same subject, as something that may pass.
    std::string enhanced(gravest->enhanced);
    enhanced.front() = '4';
    return wire::SmtpRefusal::temporary(text, 451, enhanced);
}

}  // namespace postern::policy
