// SPDX-License-Identifier: Apache-2.0
#include "app/audit/render.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::app {
namespace {

using namespace audit;

std::string_view colour_of(Status status) {
    switch (status) {
    case Status::pass: return "32";
    case Status::fail: return "1;31";
    case Status::skipped: return "2";
    default: return "33";
    }
}

/// Words broken at `width`, later lines indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 100) {
    std::string out;
    std::size_t column = indent;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (column > indent && column + 1 + word.size() > width) {
            out += fmt::format("\n{:{}}", "", indent);
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out;
}

class Text {
public:
    explicit Text(const AuditView& view) : view_(view) {}

    std::string report(const Report& report) {
        std::string out = fmt::format("{} on {}\n\n", bold(report.target), to_rfc3339(report.taken));
        for (const Score& score : report.scores()) out += this->score(score);
        if (const Judged* first = report.next_action())
            out += fmt::format("\n{}\n{}", bold("Do this first"), judged(*first, true));
        out += list(report, Status::fail, "Failed");
        out += list(report, Status::unknown, "Could not be determined");
        out += list(report, Status::warning, "Could be better");
        if (view_.details) out += passes(report);
        out += skipped(report);
        for (const std::string& note : report.notes) out += fmt::format("\nnote: {}\n", wrapped(printable(note), 6));
        return out;
    }

private:
    std::string paint(std::string_view text, std::string_view code) const {
        return view_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
    }
    std::string bold(std::string_view text) const { return paint(text, "1"); }

    std::string score(const Score& score) const {
        const std::string points = score.points < 0 ? "  --" : fmt::format("{:3}%", score.points);
        std::string counts;
        const auto count = [&](int number, std::string_view what) {
            if (number > 0) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", number, what);
        };
        count(score.failed, "failed");
        count(score.unknown, "unknown");
        count(score.warned, "to better");
        count(score.passed, "passed");
        count(score.skipped, "skipped");
        return fmt::format("{} {} {:<42} {}\n", to_string(score.measure),
                           paint(points, score.failed > 0    ? "1;31"
                                         : score.points < 0  ? "2"
                                         : score.unknown > 0 ? "33"
                                                             : "32"),
                           in_words(score.measure), counts);
    }

    std::string judged(const Judged& one, bool with_fix) const {
        std::string out = fmt::format("  {} {} {} ({})\n", paint(one.check->id, colour_of(one.status)),
                                      paint(to_string(one.status), colour_of(one.status)), one.check->title,
                                      to_string(one.check->severity));
        for (const Finding& finding : one.findings) {
            if (finding.status == Status::pass && one.status != Status::pass) continue;
            out += fmt::format("       {}\n", wrapped(printable(finding.sentence), 7));
            if (with_fix && !finding.fix.empty())
                out += fmt::format("       {}\n", wrapped("-> " + printable(finding.fix), 10));
        }
        return out;
    }

    std::string list(const Report& report, Status status, std::string_view heading) const {
        std::string out;
        for (const Judged* one : report.by_weight())
            if (one->status == status && one != report.next_action()) out += judged(*one, true);
        return out.empty() ? out : fmt::format("\n{}\n{}", bold(heading), out);
    }

    std::string passes(const Report& report) const {
        std::string out;
        for (const Judged& one : report.judged)
            if (one.status == Status::pass) out += judged(one, false);
        return out.empty() ? out : fmt::format("\n{}\n{}", bold("Holds"), out);
    }

    /// Grouped by what is missing: one reason often stands for twenty checks.
    std::string skipped(const Report& report) const {
        std::vector<std::pair<std::string, std::string>> reasons;
        for (const Judged& one : report.judged) {
            if (one.status != Status::skipped) continue;
            auto known = std::find_if(reasons.begin(), reasons.end(),
                                      [&](const auto& reason) { return reason.first == one.skipped; });
            if (known == reasons.end()) known = reasons.insert(reasons.end(), {one.skipped, ""});
            known->second += fmt::format("{}{}", known->second.empty() ? "" : " ", one.check->id);
        }
        std::string out;
        for (const auto& [reason, ids] : reasons)
            out += fmt::format("  {}\n       {}\n", wrapped(printable(reason), 2), paint(wrapped(ids, 7), "2"));
        return out.empty() ? out : fmt::format("\n{}\n{}", bold("Not judged here"), out);
    }

    AuditView view_;
};

}  // namespace

std::string audit_text(const Report& report, const AuditView& view) { return Text(view).report(report); }

}  // namespace postern::app
