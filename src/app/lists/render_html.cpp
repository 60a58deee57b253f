// SPDX-License-Identifier: Apache-2.0
// The report as one self-contained page: no script, nothing fetched, prints well.
#include "app/lists/report.hpp"
#include "app/lists/weight_line.hpp"

#include "base/text.hpp"
#include "reputation/delisting.hpp"

#include <fmt/format.h>

namespace postern::app {
namespace {

using namespace reputation;

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Blocklist report</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 15px/1.45 sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; color: #222 }
table { border-collapse: collapse; width: 100%; margin: .5em 0 2em } td, th { text-align: left; vertical-align: top; padding: .35em .6em; border-bottom: 1px solid #ddd }
.listed { color: #a40000; font-weight: bold } .clean { color: #20602a } .unknown, .broken { color: #8a5a00; font-weight: bold } .not_asked { color: #777 }
small { color: #555 } @media print { body { margin: 0 } }
</style></head><body><h1>Blocklist report</h1>
)";

class Html final : public Renderer {
public:
    std::string begin() override { return std::string(head); }

    std::string subject(const SubjectReport& report) override {
        std::string out = fmt::format("<h2>{}</h2>\n<p>{}</p>\n<table><tr><th>List</th><th>Tier</th><th>Result</"
                                      "th><th>Meaning and what to do</th></tr>\n",
                                      html_escape(report.subject.to_string()), html_escape(weight_line(report)));
        for (const bool listings : {true, false})
            for (const Row& row : report.rows)
                if ((row.finding.verdict.status == Status::listed) == listings) out += table_row(report.subject, row);
        return out + "</table>\n";
    }

    std::string end(const Summary& summary) override {
        std::string out;
        for (const std::string& note : summary.notes)
            out += fmt::format("<p><small>{}</small></p>\n", html_escape(note));
        return out + "</body></html>\n";
    }

private:
    static std::string table_row(const Subject& subject, const Row& row) {
        const Verdict& verdict = row.finding.verdict;
        std::string words;
        for (const Hit& hit : verdict.hits)
            words += fmt::format("{}: {}<br>", html_escape(hit.code.to_string()), html_escape(hit.meaning));
        if (!row.finding.text.empty()) words += fmt::format("<small>{}</small><br>", html_escape(row.finding.text));
        if (verdict.reason)
            words += fmt::format("{} {}", html_escape(verdict.reason->sentence), html_escape(verdict.reason->mend));
        if (verdict.status == Status::listed) {
            words += html_escape(removal_in_words(row.profile().removal));
            if (const auto url = lookup_url(row.profile(), subject); url.starts_with("https://"))
                words += fmt::format(" <a href=\"{0}\">{0}</a>", html_escape(url));
        }
        return fmt::format("<tr><td>{}<br><small>{}</small></td><td>{}</td><td class=\"{}\">{}</td><td>{}</td></tr>\n",
                           html_escape(row.profile().name), html_escape(row.zone()), row.weight(),
                           to_string(verdict.status),
                           verdict.status == Status::not_asked ? "not asked" : to_string(verdict.status), words);
    }
};

}  // namespace

std::unique_ptr<Renderer> make_html_renderer(const RenderOptions&) { return std::make_unique<Html>(); }

}  // namespace postern::app
