// SPDX-License-Identifier: Apache-2.0
// The outcome of an audit: a verdict for each check, a score for each measure, and what to do first.
#pragma once

#include "audit/check.hpp"

namespace postern::audit {

struct Judged {
    const Check* check = nullptr;
    Status status = Status::skipped;
    Findings findings;
    std::string skipped;  ///< why, and what vantage would settle it
};

struct Score {
    Measure measure = Measure::know;
    int passed = 0, warned = 0, failed = 0, unknown = 0, skipped = 0;
    /// 0..100 over what was judged, weighed by severity; -1: nothing was judged.
    int points = -1;
};

struct Report {
    std::string target;
    Instant taken{};
    std::vector<std::string> notes;  ///< about the whole audit
    std::vector<Judged> judged;      ///< in the order of the catalogue

    [[nodiscard]] std::vector<Score> scores() const;
    /// Worst first: failures, then the unknown, then warnings, each by severity.
    [[nodiscard]] std::vector<const Judged*> by_weight() const;
    /// The one best next action; nothing if nothing failed.
    [[nodiscard]] const Judged* next_action() const;
    [[nodiscard]] bool any(Status status, Severity at_least = Severity::low) const;
};

struct Selection {
    std::vector<std::string> only, skip;  ///< IDs
    std::vector<Measure> measures;        ///< empty: all

    [[nodiscard]] bool takes(const Check& check) const;
};

/// Judges all checks that `selection` takes, together. The questions go to whoever steps the inquiry.
[[nodiscard]] dns::Inquiry<Report> judge_all(const Evidence& evidence, Selection selection);

}  // namespace postern::audit
