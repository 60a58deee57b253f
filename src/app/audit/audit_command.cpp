// SPDX-License-Identifier: Apache-2.0
#include "app/audit/audit_command.hpp"

#include "app/audit/active_run.hpp"
#include "app/audit/render.hpp"
#include "app/audit/settings.hpp"
#include "app/collect/host.hpp"
#include "app/collect/logs.hpp"
#include "app/collect/network.hpp"
#include "app/collect/outside.hpp"
#include "app/filters/load.hpp"
#include "app/lists/execute.hpp"
#include "audit/record.hpp"
#include "app/trap/trap_command.hpp"
#include "base/contains.hpp"
#include "base/text.hpp"
#include "evidence/dmarc_report.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace postern::app {
namespace {

using audit::Evidence;
namespace fs = std::filesystem;

Instant now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::string own_user() {
    const passwd* entry = getpwuid(geteuid());
    return entry == nullptr ? std::to_string(geteuid()) : std::string(entry->pw_name);
}

/// One line on a terminal that says what goes on; nothing elsewhere.
class Progress {
public:
    explicit Progress(bool wanted) : wanted_(wanted && isatty(STDERR_FILENO) != 0) {}
    ~Progress() { say(""); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void say(const std::string& what) const {
        if (wanted_) std::fprintf(stderr, "\r\x1b[K%s", what.c_str());
    }

private:
    bool wanted_;
};

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

/// Everything the network must tell before and while the judges work.
struct NetworkJob {
    const AuditSettings& settings;
    Evidence& evidence;
    audit::Book& book;
    std::vector<std::string>& notes;
    const Progress& progress;
    std::optional<audit::Report> report;
    std::optional<Error> fault;
    bool interrupted = false;
    std::vector<std::string> subjects;
    audit::MailHosts hosts;
};

/// Steps an inquiry; what the book knows is not asked again.
template <class T>
net::Task<T> step(dns::Evaluation<T> evaluation, net::Resolver& resolver, audit::Book& book,
                  std::chrono::milliseconds timeout) {
    std::vector<dns::Answer> answers;
    for (;;) {
        auto next = evaluation.step(answers);
        if (auto* value = std::get_if<T>(&next)) co_return std::move(*value);
        const auto& questions = std::get<dns::Questions>(next);
        std::set<dns::Question> fresh;
        for (const dns::Question& question : questions)
            if (book.find(question) == nullptr) fresh.insert(question);
        for (dns::Answer& answer : co_await resolver.ask_all({fresh.begin(), fresh.end()}, net::Clock::now() + timeout))
            book.add(std::move(answer));
        answers.clear();
        for (const dns::Question& question : questions) answers.push_back(book(question));
    }
}

/// Recognises the filtering service in front, and the profile, by the MX records.
void recognise(const AuditSettings& settings, Evidence& evidence, const audit::MailHosts& hosts) {
    evidence.filter_service = settings.filter_service == "none" ? "" : settings.filter_service;
    for (const audit::MailHost& host : hosts.hosts) {
        const audit::FilterService* service = audit::service_of(evidence.services, host.name);
        if (service == nullptr) continue;
        if (service->hosts_mailboxes) evidence.profile = "hosted";
        if (settings.filter_service.empty()) evidence.filter_service = service->id;
    }
}

net::Task<> learn_target(net::Loop& loop, NetworkJob& job) {
    auto resolver = co_await net::open_resolver(loop, job.settings.lists.resolver);
    if (!resolver) {
        job.fault = resolver.error();
        co_return;
    }
    loop.on_termination([&] {
        job.interrupted = true;
        (*resolver)->abandon("interrupted");
    });
    const auto timeout = job.settings.lists.timeout;
    job.evidence.own_recursion = (*resolver)->note();
    audit::MailHosts& hosts = job.hosts;
    if (job.evidence.domain)
        hosts =
            co_await step(dns::Evaluation(audit::find_mail_hosts(*job.evidence.domain)), **resolver, job.book, timeout);
    recognise(job.settings, job.evidence, hosts);
    const audit::OwnSenders own =
        co_await step(dns::Evaluation(audit::find_own_senders(job.evidence)), **resolver, job.book, timeout);
    for (const IpAddress& ip : own.addresses) {
        const bool of_a_network =
            std::ranges::any_of(own.networks, [&](const Network& network) { return network.contains(ip); });
        if (!of_a_network || contains(job.evidence.given, ip)) job.subjects.push_back(ip.to_string());
    }
    if (job.evidence.trace.entry && job.evidence.trace.entry->ip && own.addresses.empty())
        job.subjects.push_back(job.evidence.trace.entry->ip->to_string());
    if (job.evidence.domain) job.subjects.emplace_back(job.evidence.domain->text());
    job.progress.say("looking at the servers");
    co_await collect_network(loop, **resolver, job.evidence, hosts,
                             {.timeout = timeout,
                              .smtp = job.settings.smtp,
                              .resolver = job.settings.host,
                              .resolv_conf = job.settings.lists.resolver.system_resolvers});
    loop.on_termination([] {});
    co_await (*resolver)->close();
}

net::Task<> try_with_consent(net::Loop& loop, NetworkJob& job, net::Resolver& resolver,
                             std::vector<audit::SharedHosts> shared, std::string how) {
    job.notes.push_back("Intrusive tests were made: " + how + ".");
    ActiveJob tests{.settings = job.settings.active,
                    .evidence = job.evidence,
                    .hosts = job.hosts,
                    .shared = shared,
                    .checks = {},
                    .progress = [&](const std::string& what) { job.progress.say(what); },
                    .resolver = resolver,
                    .notes = job.notes};
    for (const audit::Check& check : audit::checks())
        if (job.settings.selection.takes(check)) tests.checks.emplace(check.id);
    co_await try_actively(loop, tests);
    for (const std::string& why : job.evidence.active.stopped) job.notes.push_back("Left out: " + why + ".");
}

/// The ways out of here, to probes.
net::Task<> learn_ways_out(net::Loop& loop, NetworkJob& job) {
    auto resolver = co_await net::open_resolver(loop, job.settings.lists.resolver);
    if (!resolver) {
        job.fault = resolver.error();
        co_return;
    }
    loop.on_termination([&] {
        job.interrupted = true;
        (*resolver)->abandon("interrupted");
    });
    job.evidence.own_recursion = (*resolver)->note();
    co_await collect_ways_out(loop, **resolver, job.settings.vantages, job.evidence,
                              {.proxies = job.settings.proxies,
                               .destinations = job.settings.destinations,
                               .patience = job.settings.lists.timeout,
                               .progress = [&](const std::string& what) { job.progress.say(what); }});
    loop.on_termination([] {});
    co_await (*resolver)->close();
    for (const audit::Vantage& one : job.evidence.vantages)
        if (!one.unknown.empty())
            job.notes.push_back(fmt::format("The probe {} could not be used: {}.", one.name, one.unknown));
}

/// What probes see from outside; recipients are tried only where proof of control was given.
net::Task<> learn_from_outside(net::Loop& loop, NetworkJob& job) {
    auto resolver = co_await net::open_resolver(loop, job.settings.lists.resolver);
    if (!resolver) {
        job.fault = resolver.error();
        co_return;
    }
    OutsideWishes wishes{.senders = {},
                         .patience = job.settings.lists.timeout,
                         .await_message = job.settings.await_message,
                         .progress = [&](const std::string& what) { job.progress.say(what); },
                         .say =
                             [&](const std::string& line) {
                                 job.progress.say("");
                                 fmt::print(stderr, "{}\n", printable(line));
                             }};
    for (const std::string& text : job.subjects)
        if (const auto ip = IpAddress::parse(text)) wishes.senders.push_back(*ip);
    if (job.evidence.domain) {
        const auto shared = builtin_shared_hosts_catalogue();
        auto question = consent_question(job.settings.active, job.evidence, job.hosts, shared);
        const audit::Consent consent = co_await step(dns::Evaluation(audit::find_consent(std::move(question))),
                                                     **resolver, job.book, job.settings.lists.timeout);
        wishes.try_recipients = consent.given;
        if (!consent.given) job.evidence.gaps["recipients"] = consent.why_not;
    }
    co_await collect_outside(loop, **resolver, job.settings.vantages, job.evidence, job.hosts, std::move(wishes));
    co_await (*resolver)->close();
    for (const audit::Vantage& one : job.evidence.vantages) {
        if (!one.unknown.empty())
            job.notes.push_back(fmt::format("The probe {} could not be used: {}.", one.name, one.unknown));
        else if (one.port25_out != "open")
            job.notes.push_back(
                fmt::format("Whether the network of the probe {} lets it out to port 25 is not proved ({}).", one.name,
                            one.port25_why));
    }
}

/// Intrusive tests: consent first, then the tests, each only where it is given.
net::Task<> learn_by_trying(net::Loop& loop, NetworkJob& job) {
    auto resolver = co_await net::open_resolver(loop, job.settings.lists.resolver);
    if (!resolver) {
        job.fault = resolver.error();
        co_return;
    }
    audit::Active& active = job.evidence.active;
    active.asked = true;
    const auto shared = builtin_shared_hosts_catalogue();
    auto question = consent_question(job.settings.active, job.evidence, job.hosts, shared);
    const audit::Consent consent = co_await step(dns::Evaluation(audit::find_consent(std::move(question))), **resolver,
                                                 job.book, job.settings.lists.timeout);
    if (consent.given) {
        co_await try_with_consent(loop, job, **resolver, shared, consent.how);
    } else {
        active.refused = consent.why_not;
        job.notes.push_back("Nothing intrusive was done: " + consent.why_not + ".");
    }
    co_await (*resolver)->close();
}

net::Task<> judge_with_network(net::Loop& loop, NetworkJob& job) {
    auto resolver = co_await net::open_resolver(loop, job.settings.lists.resolver);
    if (!resolver) {
        job.fault = resolver.error();
        co_return;
    }
    loop.on_termination([&] {
        job.interrupted = true;
        (*resolver)->abandon("interrupted");
    });
    job.report = co_await step(dns::Evaluation(audit::judge_all(job.evidence, job.settings.selection)), **resolver,
                               job.book, job.settings.lists.timeout);
    loop.on_termination([] {});
    co_await (*resolver)->close();
}

void ask_lists(const AuditSettings& settings, Evidence& evidence, std::vector<std::string> subjects,
               std::vector<std::string>& notes) {
    const auto public_address = [](const std::string& text) {
        const auto ip = IpAddress::parse(text);
        return !ip || !ip->special_use() || ip->special_use()->contains("documentation");
    };
    std::erase_if(subjects, [&](const std::string& text) { return !public_address(text); });
    if (subjects.empty()) {
        evidence.gaps["lists"] = "no address of the target is known; postern audit DOMAIN ADDRESS...";
        return;
    }
    Hooks hooks;
    hooks.report = [&](const SubjectReport& report) {
        for (const Row& row : report.rows) {
            const auto& verdict = row.finding.verdict;
            audit::ListWord word{.subject = report.subject.to_string(),
                                 .zone = row.zone(),
                                 .name = row.profile().name,
                                 .tier = row.weight(),
                                 .status = std::string(reputation::to_string(verdict.status)),
                                 .text = row.finding.text,
                                 .enabled = row.enabled()};
            for (const auto& hit : verdict.hits)
                word.meaning += fmt::format("{}{}", word.meaning.empty() ? "" : "; ", hit.meaning);
            if (verdict.status == reputation::Status::listed && !row.is_listing())
                word.status = "clean";  // a good word, or information
            if (verdict.reason) {
                word.reason = verdict.reason->sentence;
                word.reason_code = verdict.reason->code;
                word.advice = verdict.reason->mend;
            }
            evidence.lists.push_back(std::move(word));
        }
        return true;
    };
    hooks.end = [&](const Summary& summary) {
        for (const std::string& note : summary.notes) notes.push_back(note);
    };
    if (execute_lists(settings.lists, subjects, hooks) == Exit::usage)
        evidence.gaps["lists"] = "the lists could not be asked";
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
