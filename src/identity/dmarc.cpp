// SPDX-License-Identifier: Apache-2.0
#include "identity/dmarc.hpp"

#include "base/contains.hpp"
#include "base/text.hpp"
#include "identity/tag_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::identity {
namespace {

using dns::Inquiry;
using dns::Question;

constexpr std::size_t max_labels_walked = 8;  // RFC 9989 4.10

std::optional<DmarcPolicy> parse_policy(std::string_view text) {
    if (text == "none") return DmarcPolicy::none;
    if (text == "quarantine") return DmarcPolicy::quarantine;
    if (text == "reject") return DmarcPolicy::reject;
    return std::nullopt;
}

/// A domain's own record, or why there is none that counts.
struct Published {
    std::optional<DmarcRecord> record;
    bool temperror = false;
    std::string problem;
};

Inquiry<Published> published_at(DomainName domain, std::vector<DmarcStep>& steps) {
    const auto name = domain.below("_dmarc");
    Published out;
    if (!name) co_return out;  // too long for a record to exist
    const dns::Answer answer = co_await dns::ask(Question{*name, dns::Type::txt});
    std::vector<std::string> records = answer.texts();
    std::erase_if(records, [](const std::string& text) { return !is_dmarc(text); });
    if (!answer.is_definite()) {
        out.temperror = true;
        out.problem = fmt::format("{} TXT: {}", name->text(), answer.reason());
    } else if (records.size() > 1) {
        out.problem = fmt::format("{} holds {} DMARC records, so none counts", name->text(), records.size());
    } else if (records.size() == 1) {
        auto record = parse_dmarc(records.front());
        if (record) out.record = *std::move(record);
        else out.problem = fmt::format("{}: {}", name->text(), record.error().message);
    }
    steps.push_back({*name, out.record ? out.record->text : out.problem.empty() ? "no record" : out.problem});
    co_return out;
}

/// What the walk found, from the name up.
struct Walk {
    struct Stop {
        DomainName domain;
        DmarcRecord record;
    };
    std::vector<Stop> found;
    std::string problem;
    bool temperror = false;
};

DomainName next_up(const DomainName& name) {
    DomainName up = name.parent();
    while (up.label_count() >= max_labels_walked) up = up.parent();
    return up;
}

Inquiry<Walk> walk(DomainName from, std::vector<DmarcStep>& steps) {
    Walk out;
    for (DomainName at = from; !at.is_root(); at = next_up(at)) {
        Published published = co_await published_at(at, steps);
        if (!published.problem.empty()) out.problem = published.problem;
        if (published.temperror) {
            out.temperror = true;
            co_return out;
        }
        if (!published.record) continue;
        const char psd = published.record->psd;
        out.found.push_back({at, *std::move(published.record)});
        if (psd != 'u') break;
    }
    co_return out;
}

/// RFC 9989 4.10.2.
DomainName organizational_of(const DomainName& from, const Walk& walk) {
    if (walk.found.empty()) return from;
    const Walk::Stop& last = walk.found.back();
    if (last.record.psd != 'y' || last.domain == from) return last.domain;
    DomainName below = from;
    while (below.label_count() > last.domain.label_count() + 1) below = below.parent();
    return below;
}

Inquiry<bool> exists(DomainName name) {
    const auto answers =
        co_await dns::ask(dns::Questions{{name, dns::Type::a}, {name, dns::Type::aaaa}, {name, dns::Type::mx}});
    // Only if all three say so does the name not exist (RFC 9989 3.2.13).
    co_return !std::ranges::all_of(answers, [](const dns::Answer& answer) {
        return answer.outcome == dns::Outcome::no_name || answer.outcome == dns::Outcome::no_data;
    });
}

Inquiry<bool> apply_policy(DmarcFinding& finding) {
    finding.effective = finding.record.policy;
    if (finding.record_domain == finding.author) co_return true;
    if (finding.record.absent_policy && !co_await exists(finding.author)) {
        finding.effective = *finding.record.absent_policy;
        finding.effective_tag = "np";
    } else if (finding.record.subdomain_policy) {
        finding.effective = *finding.record.subdomain_policy;
        finding.effective_tag = "sp";
    }
    co_return true;
}

}  // namespace

std::string_view to_string(DmarcPolicy policy) {
    constexpr std::array<std::string_view, 3> names{"none", "quarantine", "reject"};
    return names[static_cast<std::size_t>(policy)];
}

bool is_dmarc(std::string_view text) {
    const auto tag = text.substr(0, text.find(';'));
    return without_blanks(tag) == "v=DMARC1";
}

Result<DmarcRecord> parse_dmarc(std::string_view text) {
    const auto tags = parse_tag_list(text);
    if (!tags) return fail("dmarc.syntax", tags.error().message);
    DmarcRecord record{.text = std::string(text)};
    constexpr std::array<std::string_view, 14> known{"v",   "p",   "sp",  "np", "adkim", "aspf", "t",
                                                     "psd", "rua", "ruf", "fo", "pct",   "rf",   "ri"};
    for (const auto& tag : tags->tags) {
        if (tag.name == "pct" || tag.name == "rf" || tag.name == "ri")
            record.oddities.push_back(fmt::format("the tag {} is obsolete since RFC 9989", tag.name));
        else if (!contains(known, tag.name))
            record.oddities.push_back(fmt::format("the tag {} means nothing", tag.name));
    }
    record.aggregate_reports = items(tags->get("rua"), ',');
    record.failure_reports = items(tags->get("ruf"), ',');
    const auto policy = parse_policy(tags->get("p"));
    if (!policy) {
        const bool wants_reports =
            std::ranges::any_of(record.aggregate_reports, [](const std::string& uri) { return uri.contains(':'); });
        const auto given = tags->find("p");
        const std::string what =
            given ? fmt::format("p={} is no policy", printable(*given, 32)) : "it has no policy (p=)";
        if (!wants_reports) return fail("dmarc.syntax", what);
        record.oddities.push_back(what + ", so receivers take it for p=none");
    }
    record.policy = policy.value_or(DmarcPolicy::none);
    for (const auto& [name, place] :
         {std::pair{"sp", &record.subdomain_policy}, std::pair{"np", &record.absent_policy}})
        if (const auto value = tags->find(name)) {
            *place = parse_policy(*value);
            if (!*place) record.oddities.push_back(fmt::format("{}={} is no policy", name, printable(*value, 32)));
        }
    record.strict_dkim = tags->get("adkim") == "s";
    record.strict_spf = tags->get("aspf") == "s";
    record.testing = tags->get("t") == "y";
    const auto psd = tags->get("psd", "u");
    record.psd = psd == "y" || psd == "n" ? psd.front() : 'u';
    return record;
}

Inquiry<DomainName> organizational_domain(DomainName name) {
    std::vector<DmarcStep> steps;
    const Walk walked = co_await walk(name, steps);
    co_return organizational_of(name, walked);
}

Inquiry<bool> is_aligned(DomainName author, DomainName authenticated, bool strict) {
    if (author == authenticated) co_return true;
    if (strict) co_return false;
    const DomainName left = co_await organizational_domain(author);
    const DomainName right = co_await organizational_domain(authenticated);
    co_return left == right;
}

Inquiry<DmarcFinding> find_dmarc(DomainName author) {
    DmarcFinding finding{.author = author, .organizational = author};
    Walk walked = co_await walk(author, finding.steps);
    finding.problem = walked.problem;
    finding.organizational = organizational_of(author, walked);
    // The author's own record, else the organisational domain's, else a public suffix's (RFC 9989 4.10.1).
    const Walk::Stop* chosen = nullptr;
    for (const Walk::Stop& stop : walked.found) {
        const bool own = stop.domain == author;
        if (own || stop.domain == finding.organizational || (chosen == nullptr && stop.record.psd == 'y'))
            chosen = &stop;
        if (own) break;
    }
    if (chosen == nullptr) {
        finding.status = walked.temperror ? DmarcFinding::Status::temperror : DmarcFinding::Status::none;
        if (finding.problem.empty())
            finding.problem = fmt::format("neither {} nor a domain above it publishes a DMARC record", author.text());
        co_return finding;
    }
    finding.status = DmarcFinding::Status::found;
    finding.record_domain = chosen->domain;
    finding.record = chosen->record;
    co_await apply_policy(finding);
    co_return finding;
}

Inquiry<std::vector<ReportDestination>> check_report_destinations(DmarcFinding finding) {
    std::vector<ReportDestination> out;
    for (const std::string& uri : finding.record.aggregate_reports) {
        ReportDestination destination{.uri = uri};
        const auto at = uri.rfind('@');
        const auto end = uri.find_first_of("!?", at == uri.npos ? 0 : at);
        const auto host =
            at == uri.npos
                ? Result<DomainName>(fail("", "no mailto: address"))
                : DomainName::parse(std::string_view(uri).substr(at + 1, end == uri.npos ? uri.npos : end - at - 1));
        if (!uri.starts_with("mailto:") || !host) {
            destination.authorized = false;
            destination.problem = "not a mailto: address";
            out.push_back(std::move(destination));
            continue;
        }
        const DomainName theirs = co_await organizational_domain(*host);
        destination.external = theirs != finding.organizational;
        const auto name = host->below(fmt::format("{}._report._dmarc", finding.record_domain.text()));
        if (destination.external && name) {
            const dns::Answer answer = co_await dns::ask(Question{*name, dns::Type::txt});
            destination.undetermined = !answer.is_definite();
            destination.authorized = std::ranges::any_of(answer.texts(), is_dmarc);
            if (!destination.authorized)
                destination.problem =
                    fmt::format("{} TXT: {}", name->text(),
                                answer.is_definite() ? "no record that takes these reports" : answer.reason());
        }
        out.push_back(std::move(destination));
    }
    co_return out;
}

}  // namespace postern::identity
