// SPDX-License-Identifier: Apache-2.0
// One mail server's connection to the milter's door: frames in, policy asked, one write a group of answers.
//
// Its waits are for the mail server's next frame (bounded by the door's sweep, one look a minute at all conversations, instead of a timer
// for each read: half the cost of a message was timers) and for the engines (bounded each).
#pragma once

#include "gate/gate_memory.hpp"
#include "gate/gate_record.hpp"
#include "gate/gate_rules.hpp"
#include "net/spool.hpp"
#include "net/stream.hpp"
#include "policy/session.hpp"
#include "wire/milter_server.hpp"

#include <memory>
#include <optional>
#include <string>

namespace postern::gate {

class MilterConversation {
public:
    MilterConversation(net::Executor executor, net::Stream stream, std::shared_ptr<const GateRules> rules,
                       std::shared_ptr<net::RspamdClient> rspamd, net::SpoolRoom& room, GateRecord& record,
                       GateMemory& memory);

    net::Task<> run();
    /// No further message: ends at once when none is under way.
    void drain();
    void end_if_idle(net::Clock::time_point now);

private:
    enum class Wait : std::uint8_t { none, reading, writing };
    /// What one message has gathered; made anew for each.
    struct Gathered {
        policy::Decision decision;  // of the stages before its end
        std::uint64_t octets = 0;
        std::size_t header_octets = 0;
        std::optional<Error> not_kept;
    };

    [[nodiscard]] bool hear(const wire::MilterEvent& event);
    void on_sender();
    void on_recipient(std::string_view path);
    void keep_header(std::string_view name, std::string_view value);
    void keep(std::string_view octets);
    void begin();
    net::Task<> judge();
    net::Task<> ask_engines(policy::MessageFacts& facts, std::string_view octets);
    net::Task<> ask_link_lists(policy::MessageFacts& facts, std::string_view octets);
    /// What this message teaches, once it is decided.
    void learn(const policy::Decision& decision, const policy::MessageFacts& facts);
    void answer(policy::Decision decision, const policy::MessageFacts& facts, std::string_view body);
    /// Signatures over the message as the changes leave it. Errors: dkim.signing.
    [[nodiscard]] Result<void> sign(const wire::Message& message, std::string_view body,
                                    wire::MilterChanges& changes) const;
    [[nodiscard]] wire::MilterChanges changes_for(const policy::Decision& decision, const policy::MessageFacts& facts,
                                                  const std::string& event) const;
    [[nodiscard]] policy::Client client() const;
    [[nodiscard]] wire::SpamQuery spam_query(const wire::Message* message) const;

    net::Executor executor_;
    net::Stream stream_;
    std::shared_ptr<const GateRules> rules_;
    std::shared_ptr<net::RspamdClient> rspamd_;
    GateRecord& record_;
    GateMemory& memory_;
    wire::MilterServer server_;
    std::optional<policy::SessionPolicy> session_;  // of the client and its message
    net::Spool spool_;
    Gathered gathered_;
    std::string line_;  // a header field being put together
    net::Clock::time_point heard_ = net::Clock::now();
    Wait wait_ = Wait::none;
    bool draining_ = false;
};

}  // namespace postern::gate
