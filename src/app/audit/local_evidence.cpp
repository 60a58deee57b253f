// SPDX-License-Identifier: Apache-2.0
#include "app/audit/local_evidence.hpp"

#include "app/cli/shared_options.hpp"
#include "app/collect/logs.hpp"
#include "base/text.hpp"
#include "evidence/dmarc_report.hpp"
#include "evidence/sample_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

namespace postern::app {
namespace {

using audit::Evidence;
namespace fs = std::filesystem;

/// The files that the server writes now: what was tested a moment ago is in none of the rotated ones.
constexpr std::array<const char*, 4> live_logs{"/var/log/mail.log", "/var/log/maillog", "/var/log/exim4/mainlog",
                                               "/var/log/exim/main.log"};

}  // namespace

Result<void> collect_files(const AuditSettings& settings, Evidence& evidence, std::vector<std::string>& notes) {
    if (!settings.message.empty()) {
        auto text = read_file("--message", settings.message);
        if (!text) return std::unexpected(text.error());
        if (text->size() > 64 * 1024 * 1024)
            return fail("usage", fmt::format("--message \"{}\": larger than 64 MiB", printable(settings.message)));
        evidence.files["message"] = *std::move(text);
    }
    for (const auto& [name, path] : settings.imports) {
        auto text = read_file("--import", path);
        if (!text) return std::unexpected(text.error());
        evidence.files[name] = *std::move(text);
    }
    if (settings.dmarc_reports.empty()) return {};
    std::error_code fault;
    std::vector<fs::path> paths;
    if (fs::is_directory(settings.dmarc_reports, fault)) {
        for (const auto& entry : fs::directory_iterator(settings.dmarc_reports, fault))
            if (entry.is_regular_file(fault)) paths.push_back(entry.path());
    } else {
        paths.emplace_back(settings.dmarc_reports);
    }
    if (fault)
        return fail("usage",
                    fmt::format("--dmarc-reports \"{}\": {}", printable(settings.dmarc_reports), fault.message()));
    std::ranges::sort(paths);
    for (const fs::path& path : paths) {
        const auto text = read_file("--dmarc-reports", path);
        if (!text) return std::unexpected(text.error());
        auto reports = evidence::read_dmarc_file(*text);
        if (!reports) notes.push_back(fmt::format("{}: {}", path.string(), reports.error().message));
        else std::ranges::move(*reports, std::back_inserter(evidence.reports));
    }
    if (evidence.reports.empty())
        evidence.gaps["reports"] = fmt::format("{} holds no DMARC report", settings.dmarc_reports);
    return {};
}

void collect_logs(const AuditSettings& settings, Evidence& evidence, std::vector<std::string>& notes,
                  const Progress& progress) {
    LogsRead read = read_logs(settings.logs, evidence.taken,
                              [&](std::uint64_t lines) { progress.say(fmt::format("{} log lines", lines)); });
    for (std::string& fault : read.faults) notes.push_back(fault);
    if (read.findings.understood > 0) evidence.logs = std::move(read.findings);
    else if (!read.sources.empty())
        evidence.gaps["logs"] = fmt::format("no line of {} is one of a mail log", fmt::join(read.sources, ", "));
    else if (!read.faults.empty()) evidence.gaps["logs"] = read.faults.front();
}

void collect_traces(const AuditSettings& settings, Evidence& evidence) {
    std::set<std::string, std::less<>> tokens;
    for (const audit::Conversation& talk : evidence.active.conversations)
        if (talk.purpose.starts_with("sample-out/") && !talk.token.empty()) tokens.insert(talk.token);
    if (tokens.empty() || !settings.logs_wanted) return;
    std::vector<std::string> paths = settings.logs;
    if (paths.empty()) paths.assign(live_logs.begin(), live_logs.end());
    evidence::SampleTraces traces(std::move(tokens));
    std::uint64_t lines = 0;
    for (const std::string& path : paths)
        // One that is not there tells nothing; that none was read is what counts.
        (void)each_log_line(path, [&](std::string_view line) {
            ++lines;
            traces.read(line);
        });
    evidence.active.log_read = lines > 0;
    for (evidence::SampleTraces::Trace& one : traces.traces())
        evidence.active.traces.push_back({std::move(one.token), std::move(one.login), std::move(one.line)});
}

}  // namespace postern::app
