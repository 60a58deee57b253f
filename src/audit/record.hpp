// SPDX-License-Identifier: Apache-2.0
// Evidence as JSON: written once, judged again anywhere without a network.
//
// The schema is named in the document ("postern-evidence-1"). A question that the record does not hold is answered "not asked":
// what it would have told is unknown, never guessed.
#pragma once

#include "audit/evidence.hpp"

#include <string>
#include <string_view>

namespace postern::audit {

/// Answers by question: what was asked once is not asked again in the same audit.
class Book {
public:
    void add(dns::Answer answer) { answers_.insert_or_assign(answer.question, std::move(answer)); }
    [[nodiscard]] const dns::Answer* find(const dns::Question& question) const {
        const auto known = answers_.find(question);
        return known == answers_.end() ? nullptr : &known->second;
    }
    /// The answer, or one of outcome not_asked.
    [[nodiscard]] dns::Answer operator()(const dns::Question& question) const;
    [[nodiscard]] const std::map<dns::Question, dns::Answer>& all() const { return answers_; }

private:
    std::map<dns::Question, dns::Answer> answers_;
};

struct Recorded {
    Evidence evidence;
    Book book;
};

[[nodiscard]] std::string to_record(const Evidence& evidence, const Book& book);
/// Errors: record.malformed (what is wrong).
[[nodiscard]] Result<Recorded> from_record(std::string_view document);

}  // namespace postern::audit
