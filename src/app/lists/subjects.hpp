// SPDX-License-Identifier: Apache-2.0
// What people write behind `lists`, read as subjects; each fault names the argument and why.
#pragma once

#include "reputation/subject.hpp"

#include <cstdio>
#include <deque>
#include <optional>

namespace postern::app {

/// "203.0.113.7", "2001:db8::1", "203.0.113.0/28", "2001:db8:1:2::/64", "example.com".
/// Errors: subject.* and those of the parts; the message begins with the argument in quotes, escaped.
[[nodiscard]] Result<std::vector<reputation::Subject>> parse_subjects(std::string_view argument);

/// Subjects one after the other, from words or, for a single "-", from a file read line by line (empty lines and those that begin
/// with # are passed over).
class SubjectSource {
public:
    SubjectSource(std::vector<std::string> words, std::FILE* lines)
        : words_(words.begin(), words.end()), lines_(lines) {}

    /// Nothing at the end. Errors: as parse_subjects, with the line number for lines.
    [[nodiscard]] Result<std::optional<reputation::Subject>> next();

private:
    [[nodiscard]] Result<bool> refill();

    std::deque<std::string> words_;
    std::FILE* lines_;
    std::uint64_t line_number_ = 0;
    std::deque<reputation::Subject> ready_;
};

}  // namespace postern::app
