// SPDX-License-Identifier: Apache-2.0
#include "app/lists/run.hpp"

#include "net/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::app {
namespace {

using namespace reputation;

Instant now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Finding without_question(Status status, Reason reason) {
    Finding finding;
    finding.verdict = {.status = status, .reason = std::move(reason)};
    return finding;
}

Reason over_budget(const List& list, std::int64_t budget) {
    return {"list.over_budget",
            fmt::format("Today's {} questions to the operator of {} are spent, by this and other runs on this machine.",
                        budget, list.zone.text()),
            "Ask again tomorrow, or ask without bound: with the operator's key, with its rsynced zone on a local "
            "rbldnsd, or lists of your own (--zones-file)."};
}

std::string top_level(const List& list) {
    const auto zone = list.zone.text();
    return std::string(zone.substr(zone.rfind('.') + 1));
}

}  // namespace

ListsRun::ListsRun(net::Loop& loop, net::Resolver& resolver, RunMemory& memory, const std::vector<Choice>& choices,
                   RunOptions options)
    : loop_(loop),
      resolver_(resolver),
      memory_(memory),
      choices_(choices),
      options_(options),
      workers_(loop.executor(),
               [](std::string_view, const std::exception_ptr& fault) { std::rethrow_exception(fault); }) {}

net::Task<Result<Summary>> ListsRun::run(Next next, Emit emit) {
    next_ = std::move(next);
    emit_ = std::move(emit);
    for (std::size_t i = 0; i < options_.workers; ++i) {
        if (exhausted_) break;
        workers_.spawn("list check", work());
    }
    co_await workers_.join();
    emit_finished();
    if (fault_) co_return std::unexpected(*fault_);
    co_return summary_;
}

void ListsRun::stop() {
    stopped_ = true;
    summary_.interrupted = true;
    resolver_.abandon("interrupted");
}

net::Task<> ListsRun::work() {
    net::Timer pause(loop_.executor());
    for (;;) {
        if (const auto job = next_job()) {
            co_await check(*job);
            continue;
        }
        if (exhausted_ || stopped_ || unread_) co_return;
        // A slow list holds up the oldest subject and all reports behind it are waiting: read no further for a moment.
        pause.expires_after(std::chrono::milliseconds(5));
        co_await pause.async_wait(net::as_values);
    }
}

std::optional<ListsRun::Job> ListsRun::next_job() {
    for (;;) {
        if (!slots_.empty()) {
            Slot& slot = *slots_.back();
            if (slot.begun < slot.report.rows.size()) {
                const std::size_t row = slot.begun++;
                for (const Choice& choice : choices_)
                    if (choice.list == slot.report.rows[row].list && !choice.not_asked) return Job{&slot, row, &choice};
                --slot.missing;  // settled when the slot was opened
                continue;
            }
        }
        emit_finished();
        if (stopped_ || unread_ || !open_slot()) return std::nullopt;
    }
}

bool ListsRun::open_slot() {
    if (exhausted_ || slots_.size() >= max_slots) return false;
    auto subject = next_();
    if (!subject) fault_ = subject.error();
    if (!subject || !*subject) {
        exhausted_ = true;
        return false;
    }
    auto slot = std::make_unique<Slot>(SubjectReport{**subject, {}});
    for (const Choice& choice : choices_)
        if (choice.list->takes((*subject)->kind())) {
            slot->report.rows.push_back({.list = choice.list, .parts = choice.parts, .finding = {}, .since = {}});
            Finding& finding = slot->report.rows.back().finding;
            finding =
                without_question(Status::not_asked,
                                 choice.not_asked.value_or(Reason{"list.interrupted", "Not asked: interrupted.", {}}));
        }
    slot->missing = slot->report.rows.size();
    slots_.push_back(std::move(slot));
    return true;
}

void ListsRun::emit_finished() {
    while (!slots_.empty() && (slots_.front()->missing == 0 || (stopped_ && workers_.running() == 0))) {
        const SubjectReport& report = slots_.front()->report;
        ++summary_.subjects;
        if (std::ranges::any_of(report.rows, &Row::is_listing)) ++summary_.listed;
        if (std::ranges::any_of(report.rows, &Row::is_gap)) ++summary_.with_gaps;
        if (!unread_ && !emit_(report)) unread_ = true;
        slots_.pop_front();
    }
}

net::Task<> ListsRun::check(Job job) {
    const Choice& choice = *job.choice;
    const Subject subject = job.slot->report.subject;
    Finding found = co_await finding(choice, subject);
    found.verdict = restricted_to(std::move(found.verdict), choice.parts);
    Row& row = job.slot->report.rows[job.row];
    row.finding = std::move(found);
    ++answered_;
    const Status status = row.finding.verdict.status;
    if (status == Status::listed || status == Status::clean)
        row.since = memory_.note(subject.to_string(), *choice.list, status == Status::listed, now());
    --job.slot->missing;
    emit_finished();
}

net::Task<Finding> ListsRun::finding(const Choice& choice, Subject subject) {
    const List& list = *choice.list;
    ++asked_;
    if (stopped_) co_return without_question(Status::not_asked, {"list.interrupted", "Not asked: interrupted.", {}});
    const auto deadline = net::Clock::now() + options_.timeout;
    const Checked* checked = co_await health_of(choice, subject.kind(), deadline);
    if (checked == nullptr)
        co_return without_question(Status::not_asked, over_budget(list, memory_.daily_budget(list)));
    auto found = co_await drive_within_budget(ListCheck(list, subject, choice.key, checked->health, checked->fresh),
                                              list, deadline);
    if (!found) co_return without_question(Status::not_asked, over_budget(list, memory_.daily_budget(list)));
    co_return *std::move(found);
}

net::Task<ListsRun::Checked*> ListsRun::health_of(const Choice& choice, Kind kind, net::Clock::time_point deadline) {
    const List& list = *choice.list;
    const auto [entry, first] = health_.try_emplace({&list, kind});
    Checked& checked = entry->second;
    if (!first) {
        while (!checked.done) co_await checked.event->async_wait(net::as_values);
        co_return checked.health.reason&& checked.health.reason->code == "list.over_budget" ? nullptr : &checked;
    }
    checked.event = std::make_unique<net::Timer>(loop_.executor(), net::Clock::time_point::max());
    if (const auto recalled = memory_.recall(list, kind, now())) {
        checked.health = *recalled;
        checked.fresh = false;
    } else if (auto health = co_await drive_within_budget(HealthCheck(list, kind, choice.key), list, deadline)) {
        checked.health = *std::move(health);
        if (!stopped_) memory_.remember(list, kind, checked.health, now());
    } else {
        checked.health.reason = over_budget(list, memory_.daily_budget(list));
    }
    checked.done = true;
    checked.event->cancel();
    co_return checked.health.reason&& checked.health.reason->code == "list.over_budget" ? nullptr : &checked;
}

template <dns::Machine M>
net::Task<std::optional<typename M::Result>> ListsRun::drive_within_budget(M machine, const List& list,
                                                                           net::Clock::time_point deadline) {
    std::vector<dns::Answer> answers;
    for (;;) {
        auto step = machine.step(answers);
        if (auto* result = std::get_if<typename M::Result>(&step)) co_return std::move(*result);
        auto& questions = std::get<dns::Questions>(step);
        if (!memory_.take(list, questions.size(), now())) co_return std::nullopt;
        co_await way_to(list);
        answers = co_await resolver_.ask_all(std::move(questions), deadline);
        Way& way = ways_[top_level(list)];
        way.known = true;
        if (way.event) way.event->cancel();
        co_await explain_failures(list, answers, deadline);
    }
}

/// Recursion that failed says little; one of the zone's servers says more. Asked once for a batch, and within the budget.
net::Task<> ListsRun::explain_failures(const List& list, std::vector<dns::Answer>& answers,
                                       net::Clock::time_point deadline) {
    constexpr auto patience = std::chrono::milliseconds(1'500);
    constexpr std::size_t questions = 3;  // of those that reach the operator's servers
    const auto failed = std::ranges::find(answers, dns::Outcome::server_failure, &dns::Answer::outcome);
    if (failed == answers.end() || !resolver_.recurses() || stopped_ || !memory_.take(list, questions, now()))
        co_return;
    const auto until = std::min(deadline, net::Clock::now() + patience);
    const auto direct = co_await net::ask_server_of(loop_, resolver_, list.zone, failed->question, until);
    if (direct.is_definite() || direct.outcome == dns::Outcome::not_asked) co_return;
    for (dns::Answer& answer : answers)
        if (answer.outcome == dns::Outcome::server_failure) {
            answer.outcome = direct.outcome;
            answer.rcode = direct.rcode;
            answer.why = direct.why;
        }
}

/// A dozen lists under one top level would send a dozen questions to the root at once. The first goes ahead, the others follow
/// when it came back, and after a moment in any case: a silent list holds up nobody.
net::Task<> ListsRun::way_to(const List& list) {
    constexpr auto moment = std::chrono::milliseconds(250);
    const auto [entry, first] = ways_.try_emplace(top_level(list));
    Way& way = entry->second;
    if (first) way.event = std::make_unique<net::Timer>(loop_.executor(), moment);
    else if (!way.known) co_await way.event->async_wait(net::as_values);
}

}  // namespace postern::app
