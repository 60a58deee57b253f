// SPDX-License-Identifier: Apache-2.0
// Reports for programs: JSON (schema "postern-audit-1") and JUnit.
#include "app/audit/render.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace postern::app {

using namespace audit;

std::string audit_json(const Report& report) {
    json::array checks, scores, notes;
    for (const Judged& one : report.judged) {
        json::array findings;
        for (const Finding& finding : one.findings)
            findings.push_back(json::object{{"status", to_string(finding.status)},
                                            {"tag", finding.tag},
                                            {"sentence", json::text(finding.sentence)},
                                            {"fix", json::text(finding.fix)}});
        json::object check{{"id", one.check->id},
                           {"title", one.check->title},
                           {"measure", to_string(one.check->measure)},
                           {"severity", to_string(one.check->severity)},
                           {"basis", one.check->basis},
                           {"status", to_string(one.status)},
                           {"findings", std::move(findings)}};
        if (one.status == Status::skipped) check["reason"] = json::text(one.skipped);
        checks.push_back(std::move(check));
    }
    for (const Score& score : report.scores())
        scores.push_back(json::object{{"measure", to_string(score.measure)},
                                      {"points", score.points < 0 ? json::value(nullptr) : json::value(score.points)},
                                      {"passed", score.passed},
                                      {"warned", score.warned},
                                      {"failed", score.failed},
                                      {"unknown", score.unknown},
                                      {"skipped", score.skipped}});
    for (const std::string& note : report.notes) notes.push_back(json::text(note));
    const Judged* next = report.next_action();
    return json::pretty(
        json::object{{"schema", "postern-audit-1"},
                     {"target", report.target},
                     {"taken", to_rfc3339(report.taken)},
                     {"next_action", next == nullptr ? json::value(nullptr) : json::value(next->check->id)},
                     {"scores", std::move(scores)},
                     {"checks", std::move(checks)},
                     {"notes", std::move(notes)}});
}

std::string audit_junit(const Report& report) {
    std::string cases;
    int failures = 0, errors = 0, skipped = 0;
    for (const Judged& one : report.judged) {
        std::string inner;
        std::string words;
        for (const Finding& finding : one.findings)
            if (finding.status == one.status)
                words +=
                    fmt::format("{}{}: {} {}", words.empty() ? "" : "\n", finding.tag, finding.sentence, finding.fix);
        if (one.status == Status::fail) {
            ++failures;
            inner = fmt::format("<failure message=\"{}\">{}</failure>",
                                html_escape(one.findings.empty() ? "" : one.findings.front().tag), html_escape(words));
        } else if (one.status == Status::unknown) {
            ++errors;
            inner = fmt::format("<error message=\"could not be determined\">{}</error>", html_escape(words));
        } else if (one.status == Status::skipped) {
            ++skipped;
            inner = fmt::format("<skipped message=\"{}\"/>", html_escape(one.skipped));
        }
        cases += fmt::format("  <testcase classname=\"{}\" name=\"{} {}\">{}</testcase>\n",
                             to_string(one.check->measure), one.check->id, html_escape(one.check->title), inner);
    }
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"postern audit {}\" "
                       "timestamp=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n{}</testsuite>\n",
                       html_escape(report.target), to_rfc3339(report.taken), report.judged.size(), failures, errors,
                       skipped, cases);
}

}  // namespace postern::app
