// SPDX-License-Identifier: Apache-2.0
#include "audit/report.hpp"

#include "audit/checks/tried.hpp"
#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::audit {
namespace {

int weight(Severity severity) {
    constexpr std::array weights{1, 2, 5, 10};
    return weights[static_cast<std::size_t>(severity)];
}

/// Why no probe's view is there, or nothing.
std::string without_outside(const Evidence& evidence) {
    for (const Vantage& vantage : evidence.vantages)
        if (vantage.unknown.empty()) return {};
    if (!evidence.vantages.empty()) return fmt::format("no probe could be used: {}", evidence.vantages.front().unknown);
    return "give a probe outside: --vantage NAME=URL#TOKEN; docs/probe.md tells how to do without";
}

/// Why a need is not met, or nothing.
std::string missing(const Evidence& evidence, Need need) {
    const auto gap = [&](const char* what, std::string otherwise) {
        const auto known = evidence.gaps.find(what);
        return known == evidence.gaps.end() ? otherwise : known->second;
    };
    switch (need) {
    case Need::domain: return evidence.domain ? "" : "no domain was given; postern audit DOMAIN";
    case Need::addresses:
        return evidence.domain || !evidence.given.empty() ? "" : "neither a domain nor an address was given";
    case Need::lists: return evidence.lists.empty() ? gap("lists", "the lists were not asked") : "";
    case Need::resolver:
        return evidence.resolver ? "" : gap("resolver", "run it on the mail server: its own resolver counts");
    case Need::smtp: return evidence.looks.empty() ? gap("smtp", "no server was looked at") : "";
    case Need::mta:
        return evidence.has_mta() ? "" : gap("mta", "run it on the mail server: its configuration was not found here");
    case Need::postfix:
        return evidence.postfix.present() ? ""
               : evidence.has_mta()       ? "only Postfix is judged by this"
                                    : gap("mta", "run it on the mail server: its configuration was not found here");
    case Need::logs:
        return evidence.logs && evidence.logs->understood > 0
                   ? ""
                   : gap("logs", "no mail log was found here; --logs FILE, or run it on the mail server");
    case Need::message:
        return evidence.message
                   ? ""
                   : gap("message",
                         "save a message that your server sent to an outside mailbox, and give it with --message FILE");
    case Need::reports:
        return evidence.reports.empty() ? gap("reports", "give DMARC aggregate reports with --dmarc-reports DIR") : "";
    case Need::clamd:
        return evidence.file("clamd.version") != nullptr || evidence.gaps.contains("clamd")
                   ? ""
                   : "run it on the mail server: no virus scanner was looked for here";
    case Need::host: return evidence.file("proc.tcp") != nullptr ? "" : gap("host", "run it on the mail server");
    case Need::firewall:
        return evidence.file("firewall") != nullptr
                   ? ""
                   : gap("firewall", "run it on the mail server as root: the firewall's rules can be read only there");
    case Need::trap:
        return evidence.file("trap") != nullptr
                   ? ""
                   : gap("trap",
                         "run it where the trap runs (postern serve --role trap), or give its record with --import "
                         "trap=FILE, of postern trap list --format json");
    case Need::filter:
        return evidence.filter_service.empty() ? "no filtering service in front was declared or recognised" : "";
    case Need::outside: return without_outside(evidence);
    case Need::active: return evidence.active.conversations.empty() ? how_to_try(evidence) : "";
    case Need::exchange:
        return evidence.exchange.present() ? ""
               : evidence.gaps.contains("exchange")
                   ? evidence.gaps.at("exchange")
                   : "run the script of postern export exchange-script and give its output with --import";
    }
    return {};
}

Status worst(const Findings& findings) {
    const auto has = [&](Status status) { return contains(findings, status, &Finding::status); };
    for (const Status status : {Status::fail, Status::unknown, Status::warning, Status::pass, Status::skipped})
        if (has(status)) return status;
    return Status::unknown;
}

dns::Inquiry<Judged> judge_one(const Evidence& evidence, const Check& check) {
    Judged out{.check = &check};
    for (const Need need : check.needs)
        if (out.skipped = missing(evidence, need); !out.skipped.empty()) co_return out;
    out.findings = co_await check.judge(evidence);
    out.status = worst(out.findings);
    if (out.status == Status::skipped)
        out.skipped = out.findings.front().fix.empty() ? out.findings.front().sentence : out.findings.front().fix;
    co_return out;
}

}  // namespace

std::string_view to_string(Status status) {
    constexpr std::array<std::string_view, 5> names{"pass", "warning", "fail", "unknown", "skipped"};
    return names[static_cast<std::size_t>(status)];
}
std::string_view to_string(Severity severity) {
    constexpr std::array<std::string_view, 4> names{"low", "medium", "high", "critical"};
    return names[static_cast<std::size_t>(severity)];
}
std::string_view to_string(Measure measure) {
    constexpr std::array<std::string_view, 9> names{"M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "MC"};
    return names[static_cast<std::size_t>(measure)];
}
std::string_view in_words(Measure measure) {
    constexpr std::array<std::string_view, 9> names{"know whether you are listed",
                                                    "virus protection",
                                                    "port 25 shut for all but the mail server",
                                                    "spam filtered",
                                                    "inbound mail only from the filter",
                                                    "the server presents itself as valid",
                                                    "no open relay",
                                                    "the way off a list",
                                                    "contain a stolen account"};
    return names[static_cast<std::size_t>(measure)];
}

const Check* find_check(std::string_view id) {
    const auto all = checks();
    const auto found = std::ranges::find(all, id, &Check::id);
    return found == all.end() ? nullptr : &*found;
}

bool Selection::takes(const Check& check) const {
    const auto named = [&](const std::vector<std::string>& ids) { return contains(ids, check.id); };
    if (named(skip)) return false;
    if (!only.empty()) return named(only);
    return measures.empty() || contains(measures, check.measure);
}

dns::Inquiry<Report> judge_all(const Evidence& evidence, Selection selection) {
    Report report{.target = evidence.domain          ? std::string(evidence.domain->text())
                            : evidence.given.empty() ? "this host"
                                                     : evidence.given.front().to_string(),
                  .taken = evidence.taken};
    if (evidence.port25_blocked_here)
        report.notes.push_back(
            "Port 25 is shut on the way out of this network (" + evidence.port25_why +
            "). That is good for measure 2. Whatever needs a look at a server's port 25 is told from elsewhere.");
    if (!evidence.own_recursion.empty()) report.notes.push_back(evidence.own_recursion);
    std::vector<dns::Inquiry<Judged>> inquiries;
    for (const Check& check : checks())
        if (selection.takes(check)) inquiries.push_back(judge_one(evidence, check));
    report.judged = co_await dns::in_parallel(std::move(inquiries));
    co_return report;
}

std::vector<Score> Report::scores() const {
    std::vector<Score> scores;
    for (std::size_t m = 0; m <= static_cast<std::size_t>(Measure::contain); ++m) {
        Score score{.measure = static_cast<Measure>(m)};
        int possible = 0, lost = 0;
        for (const Judged& one : judged) {
            if (one.check->measure != score.measure) continue;
            if (one.status == Status::skipped) {
                ++score.skipped;
                continue;
            }
            const int points = weight(one.check->severity);
            possible += points * 2;
            switch (one.status) {
            case Status::pass: ++score.passed; break;
            case Status::warning:
                ++score.warned;
                lost += points / 2 + 1;
                break;
            case Status::fail:
                ++score.failed;
                lost += points * 2;
                break;
            default: ++score.unknown; lost += points * 2;  // nothing unknown counts as pass
            }
        }
        if (possible > 0) score.points = 100 * (possible - std::min(lost, possible)) / possible;
        if (possible > 0 || score.skipped > 0) scores.push_back(score);
    }
    return scores;
}

std::vector<const Judged*> Report::by_weight() const {
    std::vector<const Judged*> out;
    for (const Status status : {Status::fail, Status::unknown, Status::warning})
        for (const Severity severity : {Severity::critical, Severity::high, Severity::medium, Severity::low})
            for (const Judged& one : judged)
                if (one.status == status && one.check->severity == severity) out.push_back(&one);
    return out;
}

const Judged* Report::next_action() const {
    const auto all = by_weight();
    return all.empty() || all.front()->status != Status::fail ? nullptr : all.front();
}

bool Report::any(Status status, Severity at_least) const {
    return std::ranges::any_of(
        judged, [&](const Judged& one) { return one.status == status && one.check->severity >= at_least; });
}

}  // namespace postern::audit
