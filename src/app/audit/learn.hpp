// SPDX-License-Identifier: Apache-2.0
// What an audit learns from the network, a task a part: the target, the ways out, the view from outside, what was tried with consent, and
// the judges' own questions. Each is one run of a loop; what it learns lands in the job's evidence and book.
#pragma once

#include "app/audit/progress.hpp"
#include "app/audit/settings.hpp"
#include "audit/record.hpp"
#include "audit/report.hpp"
#include "audit/target.hpp"
#include "net/loop.hpp"

namespace postern::app {

/// Everything the network must tell before and while the judges work.
struct NetworkJob {
    const AuditSettings& settings;
    audit::Evidence& evidence;
    audit::Book& book;
    std::vector<std::string>& notes;
    const Progress& progress;
    std::optional<audit::Report> report;
    std::optional<Error> fault;
    bool interrupted = false;
    std::vector<std::string> subjects;
    audit::MailHosts hosts;
};

/// The mail hosts, who sends, and the servers' greetings.
net::Task<> learn_target(net::Loop& loop, NetworkJob& job);
/// The ways out of here, to probes.
net::Task<> learn_ways_out(net::Loop& loop, NetworkJob& job);
/// What probes see from outside; recipients are tried only where proof of control was given.
net::Task<> learn_from_outside(net::Loop& loop, NetworkJob& job);
/// Intrusive tests: consent first, then the tests, each only where it is given. An interruption ends them, not the audit: what was
/// tried until then is judged.
net::Task<> learn_by_trying(net::Loop& loop, NetworkJob& job);
/// Makes `job.report`.
net::Task<> judge_with_network(net::Loop& loop, NetworkJob& job);
/// The lists' words about the subjects, into the evidence.
void ask_lists(const AuditSettings& settings, audit::Evidence& evidence, std::vector<std::string> subjects,
               std::vector<std::string>& notes);

}  // namespace postern::app
