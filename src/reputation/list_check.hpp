// SPDX-License-Identifier: Apache-2.0
// One list, one subject: asked, judged, explained.
//
// A list that is not healthy is not asked about the subject at all. TXT is asked for the subject, never for the code, and only
// behind a listing. An absence that the list's own zone did not deny is believed only if the test point was seen in the same run.
#pragma once

#include "reputation/health.hpp"

namespace postern::reputation {

struct Finding {
    Verdict verdict;
    std::string text;  ///< the operator's own words (TXT), raw: hostile until escaped
    std::chrono::microseconds rtt{};
    std::string resolver;  ///< who answered
    dns::Validation validation = dns::Validation::unvalidated;
};

/// `list` outlives the machine.
class ListCheck {
public:
    using Result = Finding;
    static constexpr std::size_t max_text_octets = 1'000;

    /// `fresh`: the health was judged in this run, not remembered from an earlier one.
    ListCheck(const List& list, Subject subject, std::string key, Health health, bool fresh);
    [[nodiscard]] dns::Step<Finding> step(std::span<const dns::Answer> answers);

private:
    enum class Stage : std::uint8_t { begin, asked, asked_text, asked_test_point };

    [[nodiscard]] dns::Step<Finding> begin();
    [[nodiscard]] dns::Step<Finding> judge_answers(std::span<const dns::Answer> answers);
    [[nodiscard]] dns::Step<Finding> confirm_absence();
    void take_text(std::span<const dns::Answer> answers);
    void judge_test_point(const dns::Answer& answer);
    [[nodiscard]] Finding conclude(Status status, std::string_view code, std::string sentence);

    const List* list_;
    Subject subject_;
    std::string key_;
    Health health_;
    bool fresh_;
    Stage stage_ = Stage::begin;
    Finding finding_;
};

}  // namespace postern::reputation
