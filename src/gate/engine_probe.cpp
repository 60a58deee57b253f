// SPDX-License-Identifier: Apache-2.0
#include "gate/engine_probe.hpp"

#include <algorithm>

namespace postern::gate {
namespace {

constexpr const char* harmless = "Subject: probe\r\n\r\nIs the engine there?\r\n";

}  // namespace

std::chrono::milliseconds between_probes(std::chrono::milliseconds alarm) {
    return std::clamp(alarm / 10, EngineProbe::least_between, EngineProbe::most_between);
}

EngineProbe::EngineProbe(net::Executor executor, std::shared_ptr<const GateRules> rules, EngineHealth& health)
    : executor_(executor), rules_(std::move(rules)), health_(health) {
    health_.change(rules_->engine_alarm);
}

void EngineProbe::change(std::shared_ptr<const GateRules> rules) {
    rules_ = std::move(rules);
    health_.change(rules_->engine_alarm);
}

net::Task<> EngineProbe::keep() {
    net::Timer pause(executor_);
    for (;;) {
        const std::shared_ptr<const GateRules> rules = rules_;
        if (rules->clamd) co_await ask_clamd(executor_, rules, health_);
        else health_.answered(Engine::clamd, net::Clock::now());  // none is configured any more: nobody waits for it
        if (rules->rspamd) co_await ask_rspamd(executor_, rules, health_);
        else health_.answered(Engine::rspamd, net::Clock::now());
        pause.expires_after(between_probes(rules_->engine_alarm));
        const auto [stopped] = co_await pause.async_wait(net::as_values);
        if (stopped) co_return;
    }
}

net::Task<> EngineProbe::ask_clamd(net::Executor executor, std::shared_ptr<const GateRules> rules,
                                   EngineHealth& health) {
    net::ClamdClient clamd(executor, *rules->clamd);
    const std::string message = harmless;
    const auto asked = net::Clock::now();
    const wire::ScanVerdict verdict = co_await clamd.scan(message, asked + std::min(patience, rules->engine_alarm));
    if (verdict.kind == wire::ScanVerdict::Kind::clean) health.answered(Engine::clamd, net::Clock::now());
    else health.unanswered(Engine::clamd, asked, net::Clock::now(), verdict.sentence);
}

net::Task<> EngineProbe::ask_rspamd(net::Executor executor, std::shared_ptr<const GateRules> rules,
                                    EngineHealth& health) {
    net::RspamdClient rspamd(executor, *rules->rspamd);
    const auto asked = net::Clock::now();
    const auto deadline = asked + std::min(patience, rules->engine_alarm);
    Result<void> outcome;
    if (health.silent(Engine::rspamd)) {
        if (auto checked = co_await rspamd.check(harmless, {}, deadline); !checked)
            outcome = std::unexpected(checked.error());
    } else {
        outcome = co_await rspamd.ping(deadline);
    }
    if (outcome) health.answered(Engine::rspamd, net::Clock::now());
    else health.unanswered(Engine::rspamd, asked, net::Clock::now(), outcome.error().message);
}

}  // namespace postern::gate
