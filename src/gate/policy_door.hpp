// SPDX-License-Identifier: Apache-2.0
// The small door of the gate: Postfix asks it about clients and recipients in its policy protocol, for sites that want only who may send
// what to whom (M6), from where (M4) and how much. It sees no content, so M1, M3 and signatures need the milter.
//
// Postfix keeps its connections and asks about message after message on them, so the rules are those in force when a message begins, not
// those of the connection. On whatever cannot be understood nothing is answered and the connection closed: Postfix asks once more and then
// does what smtpd_policy_service_default_action says, by default 451.
#pragma once

#include "gate/gate_record.hpp"
#include "gate/gate_rules.hpp"
#include "net/stream.hpp"

#include <list>
#include <memory>

namespace postern::gate {

class PolicyDoor {
public:
    /// Without a whole request. Postfix closes after 300 s itself (smtpd_policy_service_max_idle), and connects anew where we were first.
    static constexpr std::chrono::minutes idle{20};

    PolicyDoor(std::shared_ptr<const GateRules> rules, GateRecord& record)
        : rules_(std::move(rules)), record_(record) {}

    /// One connection of a Postfix, to its end.
    net::Task<> serve(net::Stream stream);
    /// From the next message on.
    void change(std::shared_ptr<const GateRules> rules) { rules_ = std::move(rules); }
    /// Ends conversations, those with an answer under way behind it.
    void drain();
    /// Ends conversations that were silent for too long; every minute until cancelled.
    net::Task<> sweep(net::Executor executor);
    [[nodiscard]] std::size_t conversations() const { return live_.size(); }

private:
    struct Conversation {
        net::Stream stream;
        net::Clock::time_point heard = net::Clock::now();
        bool reading = false;
    };

    net::Task<> converse(Conversation& conversation);

    std::shared_ptr<const GateRules> rules_;
    GateRecord& record_;
    std::list<Conversation*> live_;
    bool draining_ = false;
};

}  // namespace postern::gate
