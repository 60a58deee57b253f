// SPDX-License-Identifier: Apache-2.0
#include "app/audit/audit_command.hpp"

#include "app/audit/learn.hpp"
#include "app/audit/local_evidence.hpp"
#include "app/audit/render.hpp"
#include "app/collect/host.hpp"
#include "app/filters/load.hpp"
#include "app/trap/trap_command.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace postern::app {
namespace {

using audit::Evidence;

Instant now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::string own_user() {
    const passwd* entry = getpwuid(geteuid());
    return entry == nullptr ? std::to_string(geteuid()) : std::string(entry->pw_name);
}

Exit exit_code(const audit::Report& report, const std::string& fail_on) {
    using audit::Severity;
    using audit::Status;
    if (fail_on == "never") return Exit::well;
    const Severity least = fail_on == "critical" ? Severity::critical
                           : fail_on == "high"   ? Severity::high
                           : fail_on == "medium" ? Severity::medium
                                                 : Severity::low;
    if (report.any(Status::fail, least) || (fail_on == "warning" && report.any(Status::warning))) return Exit::found;
    return report.any(Status::unknown, std::max(least, Severity::high)) ? Exit::undetermined : Exit::well;
}

Exit show(const AuditSettings& settings, const audit::Report& report) {
    const bool colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    std::string out;
    if (settings.format == "json") out = audit_json(report);
    else if (settings.format == "html") out = audit_html(report);
    else if (settings.format == "junit") out = audit_junit(report);
    else out = audit_text(report, {.colour = colour, .details = settings.details});
    std::fwrite(out.data(), 1, out.size(), stdout);
    return exit_code(report, settings.fail_on);
}

Exit replay(const AuditSettings& settings) {
    const auto text = read_file("--replay", settings.replay);
    if (!text) return refuse(text.error().message);
    auto recorded = audit::from_record(*text);
    if (!recorded)
        return refuse(fmt::format("--replay \"{}\": {}", printable(settings.replay), recorded.error().message));
    recorded->evidence.services = builtin_filter_service_catalogue();
    return show(settings,
                dns::settle(dns::Evaluation(audit::judge_all(recorded->evidence, settings.selection)), recorded->book));
}

}  // namespace

Exit run_audit(const Invocation& invocation) {
    const auto settings = read_audit_settings(invocation);
    if (!settings) return refuse(settings.error().message);
    if (!settings->replay.empty()) return replay(*settings);

    const Progress progress(!settings->lists.quiet);
    std::vector<std::string> notes;
    Evidence evidence{.taken = now(), .domain = settings->domain, .given = settings->given};
    evidence.services = builtin_filter_service_catalogue();
    evidence.attestations = settings->attestations;
    evidence.filter_networks = settings->filter_networks;
    evidence.secret_header = settings->secret_header;
    evidence.submission_out = settings->submission_out;
    evidence.user = own_user();
    if (settings->host) collect_host(evidence, settings->selection.takes(*audit::find_check("1-16")));
    if (auto record = settings->host ? trap_document(settings->lists.data_dir) : std::nullopt)
        evidence.files["trap"] = *std::move(record);
    if (auto read = collect_files(*settings, evidence, notes); !read) return refuse(read.error().message);
    evidence.read_files();
    evidence.place = !settings->place.empty() || !settings->egress ? settings->place
                     : evidence.has_mta()                          ? "mail"
                                                                   : "office";
    if (settings->logs_wanted && !settings->egress) collect_logs(*settings, evidence, notes, progress);

    audit::Book book;
    NetworkJob job{*settings, evidence, book, notes, progress, {}, {}, false, {}, {}};
    {
        net::Loop loop;
        loop.run(settings->egress ? learn_ways_out(loop, job) : learn_target(loop, job));
    }
    if (!settings->vantages.empty() && !settings->egress && !job.fault && !job.interrupted) {
        net::Loop loop;
        loop.run(learn_from_outside(loop, job));
    }
    if (settings->active.wanted && !job.fault && !job.interrupted) {
        net::Loop loop;
        loop.run(learn_by_trying(loop, job));
        collect_traces(*settings, evidence);
        if (settings->active.dry_run && evidence.active.refused.starts_with("a dry run")) return Exit::well;
    }
    if (!job.fault && !job.interrupted) {
        if (!settings->egress) {
            progress.say("asking lists");
            ask_lists(*settings, evidence, job.subjects, notes);
        }
        progress.say("judging");
        net::Loop loop;
        loop.run(judge_with_network(loop, job));
    }
    progress.say("");
    if (job.fault) {
        refuse(job.fault->message);
        return Exit::undetermined;
    }
    if (!settings->record.empty()) {
        std::ofstream file(settings->record, std::ios::binary);
        if (!(file << audit::to_record(evidence, book)) || !file.flush())
            return refuse(fmt::format("--record \"{}\": cannot be written", printable(settings->record)));
    }
    if (job.interrupted || !job.report) {
        std::fputs("postern: interrupted before anything was judged\n", stderr);
        return Exit::undetermined;
    }
    std::ranges::move(notes, std::back_inserter(job.report->notes));
    return show(*settings, *job.report);
}

}  // namespace postern::app
