// SPDX-License-Identifier: Apache-2.0
#include "app/audit/learn.hpp"

#include "app/audit/active_run.hpp"
#include "app/collect/network.hpp"
#include "app/collect/outside.hpp"
#include "app/filters/load.hpp"
#include "app/lists/execute.hpp"
#include "base/contains.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

namespace postern::app {
namespace {

using audit::Evidence;

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

using Part = net::Task<> (*)(net::Loop&, NetworkJob&, net::Resolver&);

/// One part of the work, with the way to the DNS opened before it and closed behind it. Ctrl-C abandons its questions.
net::Task<> with_resolver(net::Loop& loop, NetworkJob& job, Part part) {
    auto resolver = co_await net::open_resolver(loop, job.settings.lists.resolver);
    if (!resolver) {
        job.fault = resolver.error();
        co_return;
    }
    loop.on_termination([&] {
        job.interrupted = true;
        (*resolver)->abandon("interrupted");
    });
    co_await part(loop, job, **resolver);
    loop.on_termination([] {});
    co_await (*resolver)->close();
}

net::Task<> find_target(net::Loop& loop, NetworkJob& job, net::Resolver& resolver) {
    const auto timeout = job.settings.lists.timeout;
    job.evidence.own_recursion = resolver.note();
    audit::MailHosts& hosts = job.hosts;
    if (job.evidence.domain)
        hosts =
            co_await step(dns::Evaluation(audit::find_mail_hosts(*job.evidence.domain)), resolver, job.book, timeout);
    recognise(job.settings, job.evidence, hosts);
    const audit::OwnSenders own =
        co_await step(dns::Evaluation(audit::find_own_senders(job.evidence)), resolver, job.book, timeout);
    for (const IpAddress& ip : own.addresses) {
        const bool of_a_network =
            std::ranges::any_of(own.networks, [&](const Network& network) { return network.contains(ip); });
        if (!of_a_network || contains(job.evidence.given, ip)) job.subjects.push_back(ip.to_string());
    }
    if (job.evidence.trace.entry && job.evidence.trace.entry->ip && own.addresses.empty())
        job.subjects.push_back(job.evidence.trace.entry->ip->to_string());
    if (job.evidence.domain) job.subjects.emplace_back(job.evidence.domain->text());
    job.progress.say("looking at the servers");
    co_await collect_network(loop, resolver, job.evidence, hosts,
                             {.timeout = timeout,
                              .smtp = job.settings.smtp,
                              .resolver = job.settings.host,
                              .resolv_conf = job.settings.lists.resolver.system_resolvers});
}

net::Task<> try_ways_out(net::Loop& loop, NetworkJob& job, net::Resolver& resolver) {
    job.evidence.own_recursion = resolver.note();
    co_await collect_ways_out(loop, resolver, job.settings.vantages, job.evidence,
                              {.proxies = job.settings.proxies,
                               .destinations = job.settings.destinations,
                               .patience = job.settings.lists.timeout,
                               .progress = [&](const std::string& what) { job.progress.say(what); }});
    for (const audit::Vantage& one : job.evidence.vantages)
        if (!one.unknown.empty())
            job.notes.push_back(fmt::format("The probe {} could not be used: {}.", one.name, one.unknown));
}

net::Task<audit::Consent> ask_consent(NetworkJob& job, net::Resolver& resolver,
                                      const std::vector<audit::SharedHosts>& shared) {
    auto question = consent_question(job.settings.active, job.evidence, job.hosts, shared);
    co_return co_await step(dns::Evaluation(audit::find_consent(std::move(question))), resolver, job.book,
                            job.settings.lists.timeout);
}

net::Task<> look_from_outside(net::Loop& loop, NetworkJob& job, net::Resolver& resolver) {
    OutsideWishes wishes{.senders = {},
                         .patience = job.settings.lists.timeout,
                         .await_message = job.settings.await_message,
                         .progress = [&](const std::string& what) { job.progress.say(what); },
                         .say =
                             [&](const std::string& line) {
                                 job.progress.say("");
                                 fmt::print(stderr, "{}\n", printable(line));
                             },
                         .interrupted = [&] { return job.interrupted; }};
    for (const std::string& text : job.subjects)
        if (const auto ip = IpAddress::parse(text)) wishes.senders.push_back(*ip);
    if (job.evidence.domain) {
        const auto shared = builtin_shared_hosts_catalogue();
        const audit::Consent consent = co_await ask_consent(job, resolver, shared);
        wishes.try_recipients = consent.given;
        if (!consent.given) job.evidence.gaps["recipients"] = consent.why_not;
    }
    co_await collect_outside(loop, resolver, job.settings.vantages, job.evidence, job.hosts, std::move(wishes));
    for (const audit::Vantage& one : job.evidence.vantages) {
        if (!one.unknown.empty())
            job.notes.push_back(fmt::format("The probe {} could not be used: {}.", one.name, one.unknown));
        else if (one.port25_out != "open")
            job.notes.push_back(
                fmt::format("Whether the network of the probe {} lets it out to port 25 is not proved ({}).", one.name,
                            one.port25_why));
    }
}

net::Task<> try_with_consent(net::Loop& loop, NetworkJob& job, net::Resolver& resolver,
                             std::vector<audit::SharedHosts> shared, std::string how) {
    job.notes.push_back("Intrusive tests were made: " + how + ".");
    Interrupt interrupt;
    ActiveJob tests{.settings = job.settings.active,
                    .evidence = job.evidence,
                    .hosts = job.hosts,
                    .shared = shared,
                    .checks = {},
                    .progress = [&](const std::string& what) { job.progress.say(what); },
                    .resolver = resolver,
                    .notes = job.notes,
                    .interrupt = interrupt};
    for (const audit::Check& check : audit::checks())
        if (job.settings.selection.takes(check)) tests.checks.emplace(check.id);
    // What was tried so far is evidence that cost something, the server's patience first of all: it is kept and judged.
    loop.on_termination([&] {
        interrupt.came = true;
        if (interrupt.cut) interrupt.cut();
    });
    co_await try_actively(loop, tests);
    loop.on_termination([] {});  // no longer of the interrupt, which ends here
    if (interrupt.came) job.notes.emplace_back("Interrupted: what had been tried until then is judged.");
    for (const std::string& why : job.evidence.active.stopped) job.notes.push_back("Left out: " + why + ".");
}

net::Task<> try_it(net::Loop& loop, NetworkJob& job, net::Resolver& resolver) {
    audit::Active& active = job.evidence.active;
    active.asked = true;
    active.place = job.settings.active.place;
    const auto shared = builtin_shared_hosts_catalogue();
    const audit::Consent consent = co_await ask_consent(job, resolver, shared);
    if (consent.given) {
        co_await try_with_consent(loop, job, resolver, shared, consent.how);
    } else {
        active.refused = consent.why_not;
        job.notes.push_back("Nothing intrusive was done: " + consent.why_not + ".");
    }
}

net::Task<> judge(net::Loop&, NetworkJob& job, net::Resolver& resolver) {
    job.report = co_await step(dns::Evaluation(audit::judge_all(job.evidence, job.settings.selection)), resolver,
                               job.book, job.settings.lists.timeout);
}

}  // namespace

net::Task<> learn_target(net::Loop& loop, NetworkJob& job) { co_await with_resolver(loop, job, &find_target); }
net::Task<> learn_ways_out(net::Loop& loop, NetworkJob& job) { co_await with_resolver(loop, job, &try_ways_out); }
net::Task<> learn_from_outside(net::Loop& loop, NetworkJob& job) {
    co_await with_resolver(loop, job, &look_from_outside);
}
net::Task<> learn_by_trying(net::Loop& loop, NetworkJob& job) { co_await with_resolver(loop, job, &try_it); }
net::Task<> judge_with_network(net::Loop& loop, NetworkJob& job) { co_await with_resolver(loop, job, &judge); }

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

}  // namespace postern::app
