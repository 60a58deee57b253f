// SPDX-License-Identifier: Apache-2.0
// Reports for programs: JSON (one array), JSON lines, CSV.
#include "app/lists/report.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "reputation/delisting.hpp"

#include <fmt/format.h>

namespace postern::app {
namespace {

using namespace reputation;

json::object removal(const Removal& from) {
    json::object to{{"how", to_string(from.how)}, {"who", to_string(from.who)}, {"url", from.url}};
    to["expires"] = from.expires ? json::value(to_string(*from.expires)) : json::value(nullptr);
    to["cool_down"] = from.cool_down ? json::value(to_string(*from.cool_down)) : json::value(nullptr);
    if (from.paid_offered) to["paid"] = "never";
    to["note"] = from.note;
    return to;
}

json::object row_object(const Subject& subject, const Row& row) {
    const Verdict& verdict = row.finding.verdict;
    json::array codes, meanings, hits;
    for (const Hit& hit : verdict.hits) {
        codes.emplace_back(hit.code.to_string());
        meanings.emplace_back(hit.meaning);
        hits.push_back(json::object{
            {"code", hit.code.to_string()}, {"part", hit.part}, {"meaning", hit.meaning}, {"tier", hit.tier}});
    }
    json::object object{
        {"subject", subject.to_string()},       {"zone", row.zone()},
        {"asked_zone", row.list->zone.text()},  {"name", row.profile().name},
        {"kind", to_string(subject.kind())},    {"tier", row.weight()},
        {"status", to_string(verdict.status)},  {"codes", std::move(codes)},
        {"meanings", std::move(meanings)},      {"hits", std::move(hits)},
        {"text", json::text(row.finding.text)},
    };
    if (verdict.reason)
        object["reason"] = json::object{{"code", verdict.reason->code},
                                        {"sentence", json::text(verdict.reason->sentence)},
                                        {"mend", verdict.reason->mend}};
    else object["reason"] = nullptr;
    object["since"] = row.since ? json::value(to_rfc3339(*row.since)) : json::value(nullptr);
    object["lookup_url"] = lookup_url(row.profile(), subject);
    object["removal"] = removal(row.profile().removal);
    object["rtt_ms"] = std::chrono::ceil<std::chrono::milliseconds>(row.finding.rtt).count();  // 0: nobody answered
    object["resolver"] = row.finding.resolver;
    object["validation"] = dns::to_string(row.finding.validation);
    return object;
}

class JsonLines final : public Renderer {
public:
    std::string subject(const SubjectReport& report) override {
        std::string out;
        for (const Row& row : report.rows) out += json::serialize(row_object(report.subject, row)) + "\n";
        return out;
    }
};

class Json final : public Renderer {
public:
    std::string begin() override { return "["; }
    std::string subject(const SubjectReport& report) override {
        std::string out;
        for (const Row& row : report.rows)
            out += (std::exchange(first_, false) ? "\n" : ",\n") + json::serialize(row_object(report.subject, row));
        return out;
    }
    std::string end(const Summary&) override { return "\n]\n"; }

private:
    bool first_ = true;
};

class Csv final : public Renderer {
public:
    std::string begin() override { return "subject,zone,kind,tier,status,codes,meanings,text,reason,lookup_url\n"; }
    std::string subject(const SubjectReport& report) override {
        std::string out;
        for (const Row& row : report.rows) {
            const Verdict& verdict = row.finding.verdict;
            std::string codes, meanings;
            for (const Hit& hit : verdict.hits) {
                codes.append(codes.empty() ? "" : " ").append(hit.code.to_string());
                meanings.append(meanings.empty() ? "" : "; ").append(hit.meaning);
            }
            out += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", csv_field(report.subject.to_string()),
                               csv_field(row.zone()), to_string(report.subject.kind()), row.weight(),
                               to_string(verdict.status), csv_field(codes), csv_field(meanings),
                               csv_field(row.finding.text), csv_field(verdict.reason ? verdict.reason->sentence : ""),
                               csv_field(lookup_url(row.profile(), report.subject)));
        }
        return out;
    }
};

}  // namespace

std::unique_ptr<Renderer> make_renderer(const RenderOptions& options) {
    if (options.format == "json") return std::make_unique<Json>();
    if (options.format == "jsonl") return std::make_unique<JsonLines>();
    if (options.format == "csv") return std::make_unique<Csv>();
    if (options.format == "html") return make_html_renderer(options);
    return make_text_renderer(options);
}

}  // namespace postern::app
