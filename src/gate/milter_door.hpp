// SPDX-License-Identifier: Apache-2.0
// The first door of the gate: Postfix and Sendmail ask it as a milter. Nothing is taken into custody here; what is held is held in the
// mail server's own queue, and while we judge, the client still waits for its answer.
//
// One door a loop. A conversation is one coroutine: it reads a group of frames, lets wire/milter_server say what they mean and policy what
// to do, and writes once. The message is kept whole in a net::Spool until it is judged. Whatever fails on our side ends in a 4xx: as a
// temporary refusal, or because the connection is dropped without a verdict (milter_default_action = tempfail).
//
// Settings are one immutable value; a conversation keeps the one it began with, so a reload changes nothing under its feet.
#pragma once

#include "gate/gate_memory.hpp"
#include "gate/gate_record.hpp"
#include "gate/gate_rules.hpp"
#include "net/spool.hpp"
#include "net/stream.hpp"

#include <list>
#include <memory>

namespace postern::gate {

class MilterConversation;

class MilterDoor {
public:
    MilterDoor(net::Executor executor, std::shared_ptr<const GateRules> rules, net::SpoolRoom room, GateRecord& record,
               GateMemory& memory);

    /// One connection of an MTA, to its end.
    net::Task<> serve(net::Stream stream);
    /// From the next conversation on.
    void change(std::shared_ptr<const GateRules> rules);
    /// Conversations without a message under way end now, the others behind their verdict.
    void drain();
    /// Ends conversations that were silent for too long; every minute until cancelled.
    net::Task<> sweep();
    [[nodiscard]] std::size_t conversations() const { return live_.size(); }

private:
    net::Executor executor_;
    std::shared_ptr<const GateRules> rules_;  // conversations under way hold the one they began with
    net::SpoolRoom room_;
    GateRecord& record_;
    GateMemory& memory_;
    std::shared_ptr<net::RspamdClient>
        rspamd_;  // its kept connections are shared; a question under way holds it over a reload
    std::list<MilterConversation*> live_;
    bool draining_ = false;
};

}  // namespace postern::gate
