// SPDX-License-Identifier: Apache-2.0
// The report for people on a terminal: listings first and whole, then what is unknown and why, then the rest in a line each.
#include "app/lists/report.hpp"
#include "app/lists/weight_line.hpp"

#include "base/text.hpp"
#include "reputation/delisting.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::app {
namespace {

using namespace reputation;

class Text final : public Renderer {
public:
    explicit Text(RenderOptions options) : options_(std::move(options)) {}

    std::string subject(const SubjectReport& report) override;
    std::string end(const Summary& summary) override;

private:
    [[nodiscard]] std::string styled(std::string_view text, int code) const {
        return options_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
    }
    [[nodiscard]] std::string refusal_first(const SubjectReport& report) const;
    [[nodiscard]] std::string listing(const Subject& subject, const Row& row) const;
    [[nodiscard]] std::string trouble(const Row& row) const;
    [[nodiscard]] static std::string names(const SubjectReport& report, std::string_view title,
                                           bool (*belongs)(const Row&));

    RenderOptions options_;
};

constexpr int red = 31, green = 32, yellow = 33, bold = 1;

bool is_trouble(const Row& row) {
    const Status status = row.finding.verdict.status;
    return row.enabled() && status != Status::listed && status != Status::clean;
}

/// When the list that matters most refuses, everything else is secondary.
std::string Text::refusal_first(const SubjectReport& report) const {
    for (const Row& row : report.rows) {
        const auto& reason = row.finding.verdict.reason;
        if (row.list->tier != 1 || row.list->operator_id != "spamhaus" || !reason || reason->code != "list.refused")
            continue;
        std::string out = styled(fmt::format("{} does not answer this resolver.", row.list->name), yellow) + "\n";
        out += fmt::format("  {}\n  Look it up by hand: {}\n", printable(reason->sentence),
                           lookup_url(row.profile(), report.subject));
        if (const auto access = options_.catalogue->accesses.find("spamhaus-dqs");
            access != options_.catalogue->accesses.end())
            out += fmt::format("  The free key: {} {}\n", access->second.how, access->second.url);
        return out + "\n";
    }
    return {};
}

std::string Text::listing(const Subject& subject, const Row& row) const {
    const Profile& profile = row.profile();
    std::string out = fmt::format("  {}  {}, tier {} ({})\n", styled("LISTED", red), styled(profile.name, bold),
                                  row.weight(), row.list->zone.text());
    for (const Hit& hit : row.finding.verdict.hits)
        out += fmt::format("          {}: {}{}\n", hit.code.to_string(), hit.meaning,
                           hit.effect == Effect::block ? "" : " (no listing)");
    if (subject.kind() == Kind::ip6 && row.list->ip6_unit == 64)
        out += fmt::format("          The entry covers the whole {}.\n",
                           Network::around(*subject.address(), 64).to_string());
    if (!row.finding.text.empty()) out += fmt::format("          The list says: {}\n", printable(row.finding.text));
    if (row.since) out += fmt::format("          Known here since {}.\n", to_date(*row.since));
    if (const auto url = lookup_url(profile, subject); !url.empty()) out += fmt::format("          Look up: {}\n", url);
    out += fmt::format("          What to do: {}\n", removal_in_words(profile.removal));
    return out;
}

std::string Text::trouble(const Row& row) const {
    const Verdict& verdict = row.finding.verdict;
    const std::string_view word = verdict.status == Status::broken      ? "broken"
                                  : verdict.status == Status::not_asked ? "not asked"
                                                                        : "unknown";
    std::string out = fmt::format("  {}  {}, tier {}: {}\n", styled(word, yellow), row.profile().name, row.weight(),
                                  printable(verdict.reason ? verdict.reason->sentence : ""));
    if (verdict.reason && !verdict.reason->mend.empty()) out += fmt::format("           {}\n", verdict.reason->mend);
    return out;
}

std::string Text::names(const SubjectReport& report, std::string_view title, bool (*belongs)(const Row&)) {
    std::vector<std::string_view> all;
    for (const Row& row : report.rows)
        if (belongs(row)) all.push_back(row.profile().name);
    return all.empty() ? std::string{} : fmt::format("  {}: {}\n", title, fmt::join(all, ", "));
}

std::string Text::subject(const SubjectReport& report) {
    std::string out;
    std::vector<const Row*> listings;
    for (const Row& row : report.rows)
        if (row.finding.verdict.status == Status::listed) listings.push_back(&row);
    // Heaviest first; among equals in the catalogue's order, which is that of their addresses in the report.
    std::ranges::sort(listings, {},
                      [](const Row* row) { return std::pair(row->weight() == 0 ? 9 : row->weight(), row); });
    out += refusal_first(report);
    for (const Row* row : listings) out += listing(report.subject, *row);
    for (const Row& row : report.rows)
        if (is_trouble(row) && (!options_.many || row.is_gap())) out += trouble(row);
    if (!options_.many) {
        out += names(report, "clean", [](const Row& row) {
            return row.list->role == Role::block && row.finding.verdict.status == Status::clean;
        });
        out += names(report, "good reputation",
                     [](const Row& row) { return row.list->role == Role::allow && !row.finding.verdict.hits.empty(); });
        out += names(report, "not asked, wants a key or registration first (postern explain ZONE)", [](const Row& row) {
            return row.list->role == Role::block && !row.enabled() && row.finding.verdict.status == Status::not_asked;
        });
    }
    const bool listed = std::ranges::any_of(report.rows, &Row::is_listing);
    const bool gap = std::ranges::any_of(report.rows, &Row::is_gap);
    return out + styled(weight_line(report), listed ? red : gap ? yellow : green) + "\n";
}

std::string Text::end(const Summary& summary) {
    std::string out;
    for (const std::string& note : summary.notes) out += fmt::format("note: {}\n", printable(note));
    if (summary.subjects > 1)
        out += fmt::format("{} subjects: {} listed, {} with something unknown on tier 1\n", summary.subjects,
                           summary.listed, summary.with_gaps);
    if (summary.interrupted) out += "interrupted: the above is what was known by then\n";
    return out;
}

}  // namespace

std::unique_ptr<Renderer> make_text_renderer(const RenderOptions& options) { return std::make_unique<Text>(options); }

}  // namespace postern::app
