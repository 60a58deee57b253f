// SPDX-License-Identifier: Apache-2.0
#include "app/gate/filter_sources.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::app {
namespace {

using Outcome = policy::SourceSet::Outcome;
using Kind = policy::SourceDeclaration::Kind;

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace

FilterSources::FilterSources(Serving serving, const Config& config, OnChange on_change, const FilterSources* before)
    : serving_(std::move(serving)),
      dns_(config.dns),
      patience_(config.timeout),
      set_(config.gate.filter_sources, now()),
      on_change_(std::move(on_change)),
      networks_(serving_.metrics.gauge("postern_filter_networks", "Networks from which the filter may deliver")),
      held_(serving_.metrics.gauge("postern_filter_changes_held", "Changed sources that wait for a person")),
      problems_(serving_.metrics.gauge("postern_filter_sources_unknown", "Sources whose last look-up told nothing")) {
    if (before != nullptr) set_.adopt(before->set_, now());
    for (const policy::SourceDeclaration& one : config.gate.filter_sources)
        if (!one.warning.empty()) serving_.log(fmt::format("filter: {}: {}", printable(one.text), one.warning));
}

std::string FilterSources::status() const {
    std::size_t networks = 0;
    std::optional<Instant> oldest;
    for (const policy::SourceSet::Entry& entry : set_.entries()) {
        networks += entry.networks.size();
        if (entry.as_of && (!oldest || *entry.as_of < *oldest)) oldest = entry.as_of;
    }
    return fmt::format("{} sources, {} networks{}", set_.entries().size(), networks,
                       oldest ? ", the oldest of " + to_rfc3339(*oldest) : "");
}

void FilterSources::apply() {
    if (stopped_) return;
    std::vector<policy::AllowedSource> allowed;
    std::int64_t held = 0, problems = 0;
    for (const policy::SourceSet::Entry& entry : set_.entries()) {
        for (const Network& network : entry.networks) allowed.push_back({network, entry.declaration.text});
        held += entry.held_because.empty() ? 0 : 1;
        problems += entry.problem.empty() ? 0 : 1;
    }
    networks_.set(static_cast<std::int64_t>(allowed.size()));
    held_.set(held);
    problems_.set(problems);
    on_change_(std::move(allowed), set_.ready());
}

void FilterSources::tell(std::size_t entry, Outcome outcome) {
    const policy::SourceSet::Entry& one = set_.entries()[entry];
    const std::string source = printable(one.declaration.text);
    if (outcome == Outcome::unknown)
        return serving_.log(
            fmt::format("filter: {} could not be looked up, what was known holds: {}", source, printable(one.problem)));
    if (outcome == Outcome::changed)
        return serving_.log(fmt::format("filter: {} has {} networks now", source, one.networks.size()));
    if (outcome != Outcome::held) return;
    const std::string sentence = fmt::format(
        "The networks of {} changed in a way that is not taken over unseen: {}. Check them, then restart the daemon.",
        source, one.held_because);
    serving_.log("filter: " + sentence);
    store::Event event;
    event.kind = "filter.held";
    event.measure = "M4";
    event.severity = "incident";
    event.rule = "m4.sources.held";
    event.sentence = sentence;
    serving_.events.append(std::move(event));
}

net::Task<> FilterSources::refresh(net::Resolver& resolver, std::size_t entry) {
    dns::Evaluation<policy::SourceLookup> evaluation(policy::look_up_source(set_.entries()[entry].declaration));
    std::vector<dns::Answer> answers;
    for (;;) {
        auto step = evaluation.step(answers);
        if (auto* found = std::get_if<policy::SourceLookup>(&step)) {
            const bool was_held = !set_.entries()[entry].held_because.empty();
            const Outcome outcome = set_.take(entry, std::move(*found), now());
            if (outcome != Outcome::held || !was_held) tell(entry, outcome);  // a held change is told of once
            co_return;
        }
        answers = co_await resolver.ask_all(std::move(std::get<dns::Questions>(step)), net::Clock::now() + patience_);
    }
}

net::Task<> FilterSources::keep() {
    apply();
    const bool asks =
        std::ranges::any_of(set_.entries(), [](const auto& one) { return one.declaration.kind != Kind::network; });
    if (!asks) co_return;
    auto resolver = co_await net::open_resolver(serving_.loop, dns_);
    if (!resolver) {
        serving_.log("filter: sources cannot be looked up: " + resolver.error().message);
        co_return;
    }
    net::Timer pause(serving_.loop.executor());
    while (!stopped_) {
        const auto due = set_.due(now());
        for (const std::size_t entry : due) co_await refresh(**resolver, entry);
        if (!due.empty()) apply();
        pause.expires_after(std::chrono::seconds(10));
        const auto [stopped] = co_await pause.async_wait(net::as_values);
        if (stopped) break;
    }
    co_await (*resolver)->close();
}

}  // namespace postern::app
