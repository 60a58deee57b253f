// SPDX-License-Identifier: Apache-2.0
// What Postfix is told when it asks about one client, sender and recipient: the policy session's word as an action of access(5).
//
// Every request carries all that is known, so nothing is guessed from one before it. What is kept between requests of one message
// (the same `instance`, client, sender and login) is its recipients, its counts, and what was already told of, so that a restriction list
// with two of us in it counts nothing twice and logs nothing twice. It goes when a request about another message comes.
//
// | verdict | at MAIL, RCPT | at DATA, END-OF-MESSAGE |
// | accept  | DUNNO | DUNNO |
// | tag     | PREPEND, once a message | PREPEND; DUNNO at END-OF-MESSAGE, where Postfix can add nothing |
// | defer   | DEFER_IF_PERMIT: a later restriction that refuses for good goes before | 4xx |
// | hold    | HOLD | HOLD |
// | refuse  | 5xx | 5xx |
//
// CONNECT, HELO, VRFY and ETRN get DUNNO: it is not known yet whether the client logs in, and with smtpd_delay_reject = yes (the default)
// Postfix asks nothing there.
#pragma once

#include "gate/gate_record.hpp"
#include "gate/gate_rules.hpp"
#include "policy/session.hpp"
#include "wire/policy_delegation.hpp"

#include <memory>
#include <optional>
#include <string>

namespace postern::gate {

class PolicyJudge {
public:
    explicit PolicyJudge(GateRecord& record) : record_(record) {}

    /// `rules` are those in force now; a message is judged to its end by those it began with.
    [[nodiscard]] wire::PolicyAction judge(const wire::PolicyRequest& request, std::shared_ptr<const GateRules> rules);

private:
    /// A verdict with its event.
    struct Said {
        policy::Decision decision;
        std::string event;
    };
    struct Message {
        std::shared_ptr<const GateRules> rules;  // session borrows its settings
        wire::PolicyRequest first;               // by which it is known again
        policy::SessionPolicy session;
        Said sender;
        std::string recipient;  // the last one, and what was said of it
        Said recipient_said;
        std::optional<wire::PolicyAction> at_data, at_end;  // as they were told
        bool tagged = false;
    };

    [[nodiscard]] bool begin(const wire::PolicyRequest& request, std::shared_ptr<const GateRules> rules);
    [[nodiscard]] wire::PolicyAction at_recipient(const wire::PolicyRequest& request);
    [[nodiscard]] wire::PolicyAction at_data(const wire::PolicyRequest& request);
    [[nodiscard]] wire::PolicyAction at_end(const wire::PolicyRequest& request);
    /// Counts the message; nothing for mail that comes in.
    [[nodiscard]] policy::SenderCounts count(const wire::PolicyRequest& request);
    [[nodiscard]] Said noted(std::string_view stage, policy::Decision decision, const wire::PolicyRequest& request);
    [[nodiscard]] wire::PolicyAction action(const Said& said, std::string_view stage);

    GateRecord& record_;
    std::optional<Message> message_;
};

}  // namespace postern::gate
