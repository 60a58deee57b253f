// SPDX-License-Identifier: Apache-2.0
#include "app/lists/execute.hpp"

#include "app/lists/run.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace postern::app {
namespace {

using namespace reputation;

/// Everything asked about, when the number is bounded; the bound and special addresses are checked before anything is asked.
Result<std::vector<Subject>> read_all(SubjectSource& source, const ListsSettings& settings) {
    std::vector<Subject> subjects;
    const bool strangers_asked = settings.public_lists && !settings.own_dns;
    for (;;) {
        auto subject = source.next();
        if (!subject) return std::unexpected(subject.error());
        if (!*subject) return subjects;
        if (const IpAddress* address = (*subject)->address(); address != nullptr && strangers_asked)
            if (const auto what = address->special_use())
                return fail(
                    "usage",
                    fmt::format("\"{}\": {}; public lists know nothing of it. Give the address your mail leaves from",
                                (*subject)->to_string(), *what));
        if (subjects.size() == Subject::max_network)
            return fail("usage",
                        fmt::format("more than {} subjects: public lists are asked about your own addresses only. For "
                                    "more, use an operator's key "
                                    "or rsynced zones on a local rbldnsd, as --zones-file with --resolver or --stub",
                                    Subject::max_network));
        subjects.push_back(**std::move(subject));
    }
}

std::optional<store::ListMemory> open_memory(const ListsSettings& settings, std::vector<std::string>& notes) {
    if (!settings.public_lists) return std::nullopt;  // own lists have neither budget nor a health to spare them
    std::error_code ignored;                          // opening the file tells better what is wrong
    std::filesystem::create_directories(settings.data_dir, ignored);
    auto memory = store::ListMemory::open(settings.data_dir + "/state.db");
    if (memory) return *std::move(memory);
    notes.push_back(fmt::format("nothing is remembered between runs: {}", memory.error().message));
    return std::nullopt;
}

/// A line on the terminal while work takes longer than two seconds.
net::Task<> show_progress(const ListsRun& run, net::Timer& timer) {
    bool shown = false;
    timer.expires_after(std::chrono::seconds(2));
    for (;;) {
        const auto [stopped] = co_await timer.async_wait(net::as_values);
        if (stopped) break;
        std::fprintf(stderr, "\r\x1b[K%llu answers, %llu still to come",
                     static_cast<unsigned long long>(run.answered()),
                     static_cast<unsigned long long>(run.asked() - run.answered()));
        shown = true;
        timer.expires_after(std::chrono::milliseconds(250));
    }
    if (shown) std::fputs("\r\x1b[K", stderr);
}

Exit exit_code(const Summary& summary) {
    if (summary.interrupted) return Exit::undetermined;
    if (summary.listed > 0) return Exit::found;
    return summary.with_gaps > 0 ? Exit::undetermined : Exit::well;
}

/// A list, a network or a stream: clean subjects take one line each.
bool may_be_many(const std::vector<std::string>& words) {
    return words.size() > 1 || words.front() == "-" || words.front().contains('/');
}

struct Job {
    const ListsSettings& settings;
    const std::vector<Choice>& choices;
    const Hooks& hooks;
    ListsRun::Next next;
    bool many;
    Exit result = Exit::well;
};

net::Task<> run_job(net::Loop& loop, Job& job) {
    auto resolver = co_await net::open_resolver(loop, job.settings.resolver);
    if (!resolver) {
        job.result = refuse(resolver.error().message);
        if (resolver.error().code == "dns.resolver.none") job.result = Exit::undetermined;
        co_return;
    }
    std::vector<std::string> notes;
    if (!(*resolver)->note().empty()) notes.push_back((*resolver)->note());
    RunMemory memory(open_memory(job.settings, notes), std::string((*resolver)->name()), job.settings.catalogue);
    ListsRun run(loop, **resolver, memory, job.choices,
                 {.timeout = job.settings.timeout, .workers = job.settings.bounded() ? 256U : 1'024U});
    loop.on_termination([&run] { run.stop(); });

    net::Timer timer(loop.executor());
    net::TaskGroup progress(loop.executor(),
                            [](std::string_view, const std::exception_ptr& fault) { std::rethrow_exception(fault); });
    if (isatty(STDERR_FILENO) != 0 && !job.settings.quiet) progress.spawn("progress", show_progress(run, timer));

    job.hooks.begin(job.many);
    auto summary = co_await run.run(std::move(job.next), job.hooks.report);
    timer.cancel();
    co_await progress.join();
    if (summary) {
        if (!job.settings.quiet) summary->notes = std::move(notes);
        job.hooks.end(*summary);
        job.result = exit_code(*summary);
    } else {
        job.result = refuse(summary.error().message);
    }
    loop.on_termination([] {});  // the run is over; a signal during the farewell changes nothing
    co_await (*resolver)->close();
}

}  // namespace

Exit execute_lists(const ListsSettings& settings, const std::vector<std::string>& words, const Hooks& hooks) {
    std::vector<Choice> choices;
    if (settings.public_lists) {
        auto chosen = select(settings.catalogue, settings.wishes);
        if (!chosen) return refuse(chosen.error().message);
        choices = *std::move(chosen);
    }
    for (const List& own : settings.own) choices.push_back({.list = &own});

    SubjectSource source(words, stdin);
    std::vector<Subject> subjects;
    Job job{settings, choices, hooks, [&source] { return source.next(); }, may_be_many(words)};
    if (settings.bounded()) {
        auto all = read_all(source, settings);
        if (!all) return refuse(all.error().message);
        subjects = *std::move(all);
        job.many = subjects.size() > 1;
        job.next = [&subjects, i = std::size_t{0}]() mutable -> Result<std::optional<Subject>> {
            return i < subjects.size() ? std::optional(subjects[i++]) : std::nullopt;
        };
    }
    net::Loop loop;
    loop.run(run_job(loop, job));
    return job.result;
}

}  // namespace postern::app
