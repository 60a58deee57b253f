// SPDX-License-Identifier: Apache-2.0
// The report as one self-contained page: no script, nothing fetched, prints well, can be handed to a manager.
#include "app/audit/render.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace postern::app {
namespace {

using namespace audit;

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Mail server audit</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; color: #222 }
h1 { margin-bottom: 0 } h2 { margin: 2em 0 .5em; border-bottom: 2px solid #ddd } small { color: #555 }
.scores { display: grid; grid-template-columns: 3em 12em 1fr auto; gap: .4em 1em; align-items: center; margin: 1.5em 0 }
.bar { background: #e6e6e6; height: .9em; border-radius: .45em; overflow: hidden } .bar i { display: block; height: 100%; background: #2e7d32 }
.bar i.low { background: #b00020 } .bar i.middle { background: #c77700 }
article { margin: .8em 0; padding: .6em .9em; border-left: 5px solid #bbb; background: #fafafa; break-inside: avoid }
.fail { border-color: #b00020 } .unknown { border-color: #7a5c00 } .warning { border-color: #c77700 } .pass { border-color: #2e7d32 }
article p { margin: .3em 0 } .fix::before { content: "\2192\00a0" } .first { background: #fff4f4 }
@media print { body { margin: 0; max-width: none } article { background: none } }
</style></head><body>
)";

std::string card(const Judged& one, std::string_view extra = "") {
    std::string out = fmt::format("<article class=\"{}{}\"><strong>{} {}</strong> <small>{}, {}, {}</small>\n",
                                  to_string(one.status), extra, one.check->id, html_escape(one.check->title),
                                  to_string(one.status), to_string(one.check->severity), html_escape(one.check->basis));
    for (const Finding& finding : one.findings) {
        if (finding.status == Status::pass && one.status != Status::pass) continue;
        out += fmt::format("<p>{}</p>\n", html_escape(finding.sentence));
        if (!finding.fix.empty()) out += fmt::format("<p class=\"fix\">{}</p>\n", html_escape(finding.fix));
    }
    return out + "</article>\n";
}

std::string section(const Report& report, Status status, std::string_view heading) {
    std::string out;
    for (const Judged* one : report.by_weight())
        if (one->status == status && one != report.next_action()) out += card(*one);
    return out.empty() ? out : fmt::format("<h2>{}</h2>\n{}", heading, out);
}

}  // namespace

std::string audit_html(const Report& report) {
    std::string out(head);
    out += fmt::format("<h1>{}</h1><small>Mail server audit of {}</small>\n<div class=\"scores\">\n",
                       html_escape(report.target), to_rfc3339(report.taken));
    for (const Score& score : report.scores())
        out +=
            fmt::format("<b>{}</b><span>{}</span><span class=\"bar\"><i class=\"{}\" "
                        "style=\"width:{}%\"></i></span><span>{}</span>\n",
                        to_string(score.measure), in_words(score.measure),
                        score.points < 50   ? "low"
                        : score.points < 85 ? "middle"
                                            : "high",
                        std::max(0, score.points), score.points < 0 ? "not judged" : fmt::format("{}%", score.points));
    out += "</div>\n";
    if (const Judged* first = report.next_action()) out += "<h2>Do this first</h2>\n" + card(*first, " first");
    out += section(report, Status::fail, "Failed");
    out += section(report, Status::unknown, "Could not be determined");
    out += section(report, Status::warning, "Could be better");
    std::string holds, skipped;
    for (const Judged& one : report.judged) {
        if (one.status == Status::pass) holds += card(one);
        if (one.status == Status::skipped)
            skipped += fmt::format("<li>{} {} <small>{}</small></li>\n", one.check->id, html_escape(one.check->title),
                                   html_escape(one.skipped));
    }
    if (!holds.empty()) out += "<h2>Holds</h2>\n" + holds;
    if (!skipped.empty()) out += "<h2>Not judged here</h2>\n<ul>\n" + skipped + "</ul>\n";
    for (const std::string& note : report.notes) out += fmt::format("<p><small>{}</small></p>\n", html_escape(note));
    return out + "</body></html>\n";
}

}  // namespace postern::app
