// SPDX-License-Identifier: Apache-2.0
// Asks the engines from time to time, so that their silence is seen before a message meets it, and their return without one.
//
// clamd is asked for a real scan of a few octets: one that answers PING and cannot scan is silent. rspamd is asked whether it is there
// (/ping, which costs it nothing and teaches it nothing), and for a real check only while it counts as silent.
#pragma once

#include "gate/engine_health.hpp"
#include "gate/gate_rules.hpp"
#include "net/loop.hpp"

#include <memory>

namespace postern::gate {

class EngineProbe {
public:
    static constexpr std::chrono::milliseconds most_between{30'000}, least_between{1'000};
    static constexpr std::chrono::milliseconds patience{10'000};  ///< for one answer

    EngineProbe(net::Executor executor, std::shared_ptr<const GateRules> rules, EngineHealth& health);

    /// Until cancelled.
    net::Task<> keep();
    /// From the next round on, which begins soon.
    void change(std::shared_ptr<const GateRules> rules);

private:
    static net::Task<> ask_clamd(net::Executor executor, std::shared_ptr<const GateRules> rules, EngineHealth& health);
    static net::Task<> ask_rspamd(net::Executor executor, std::shared_ptr<const GateRules> rules, EngineHealth& health);

    net::Executor executor_;
    std::shared_ptr<const GateRules> rules_;
    EngineHealth& health_;
};

/// A tenth of the time after which silence is an incident, within bounds.
[[nodiscard]] std::chrono::milliseconds between_probes(std::chrono::milliseconds alarm);

}  // namespace postern::gate
