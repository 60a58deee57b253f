// SPDX-License-Identifier: Apache-2.0
#include "gate/policy_judge.hpp"

#include <fmt/format.h>

#include <utility>

namespace postern::gate {
namespace {

using policy::Action;
using wire::PolicyAction;
using wire::PolicyRequest;

bool is_same_message(const PolicyRequest& one, const PolicyRequest& other) {
    return !one.instance.empty() && one.instance == other.instance && one.client_address == other.client_address &&
           one.sender == other.sender && one.login == other.login;
}

/// Nothing for what is no address. A scope ("fe80::1%eth0") is none of ours.
std::optional<IpAddress> address_of(const PolicyRequest& request) {
    const std::string_view text = request.client_address;
    const auto ip = IpAddress::parse(text.substr(0, text.find('%')));
    return ip ? std::optional(*ip) : std::nullopt;
}

policy::Client client_of(const PolicyRequest& request, const IpAddress& ip, const GateRules& rules) {
    policy::Client out{ip, request.client_name == "unknown" ? "" : request.client_name,
                       request.context.empty() ? request.server_port : request.context, false};
    for (const std::string& listener : rules.submission)
        out.submission = out.submission || listener == request.context || listener == request.server_port;
    return out;
}

bool stops(const policy::Decision& decision) {
    return decision.action() == Action::refuse || decision.action() == Action::defer;
}

}  // namespace

PolicyAction PolicyJudge::judge(const PolicyRequest& request, std::shared_ptr<const GateRules> rules) {
    const bool sender = request.state == "MAIL", recipient = request.state == "RCPT", data = request.state == "DATA",
               end = request.state == "END-OF-MESSAGE";
    if (!sender && !recipient && !data && !end) return PolicyAction::dunno();
    if ((!message_ || !is_same_message(message_->first, request)) && !begin(request, std::move(rules)))
        return PolicyAction::refuse(wire::SmtpRefusal::temporary("the mail server does not know who connects"));
    if (sender || stops(message_->sender.decision)) return action(message_->sender, request.state);
    return recipient ? at_recipient(request) : data ? at_data(request) : at_end(request);
}

/// False: without the client's address nothing can be judged. (A session without one would be a program of the server's own.)
bool PolicyJudge::begin(const PolicyRequest& request, std::shared_ptr<const GateRules> rules) {
    message_.reset();
    const auto ip = address_of(request);
    if (!ip) {
        record_.fault("it asked", {"policy.client", "the client's address is none"});
        return false;
    }
    policy::SessionPolicy session(rules->policy, client_of(request, *ip, *rules));
    message_.emplace(Message{std::move(rules), request, std::move(session), {}, {}, {}, {}, {}});
    policy::SessionPolicy& own = message_->session;
    policy::Decision decision = own.connect(record_.now(), request.login);
    decision.merge(own.helo(request.helo, request.login));
    decision.merge(own.mail(wire::policy_path(request.sender), request.login));
    message_->sender = noted("mail", std::move(decision), request);
    return true;
}

PolicyAction PolicyJudge::at_recipient(const PolicyRequest& request) {
    Message& message = *message_;
    if (message.recipient != request.recipient || request.recipient.empty()) {
        message.recipient = request.recipient;
        message.recipient_said =
            noted("recipient", message.session.recipient(wire::policy_path(request.recipient)), request);
    }
    const Said& said = message.recipient_said;
    return action(said.decision.action() < message.sender.decision.action() ? message.sender : said, request.state);
}

PolicyAction PolicyJudge::at_data(const PolicyRequest& request) {
    Message& message = *message_;
    if (!message.at_data)
        message.at_data = action(noted("message", message.session.volume(0, count(request)), request), request.state);
    return *message.at_data;
}

PolicyAction PolicyJudge::at_end(const PolicyRequest& request) {
    Message& message = *message_;
    if (message.at_end) return *message.at_end;
    // What was said of the counts at DATA stands.
    const policy::SenderCounts counts = message.at_data ? policy::SenderCounts{} : count(request);
    Said said{message.session.volume(request.size, counts), {}};
    policy::MessageFacts facts;
    facts.octets = request.size;
    said.event = record_.note(
        {"message", &message.session, &said.decision, request.queue_id, {}, &facts, {}, request.recipient_count});
    message.at_end = action(said, request.state);
    return *message.at_end;
}

policy::SenderCounts PolicyJudge::count(const PolicyRequest& request) {
    if (message_->session.direction() != policy::Direction::outbound) return {};
    return record_.count(message_->session, request.recipient_count);
}

/// One line of log and one event where there is something to tell. Postfix itself logs each client and recipient.
PolicyJudge::Said PolicyJudge::noted(std::string_view stage, policy::Decision decision, const PolicyRequest& request) {
    std::string event;
    if (!decision.findings().empty())
        event = record_.note({stage,
                              &message_->session,
                              &decision,
                              request.queue_id,
                              stage == "recipient" ? std::string_view(request.recipient) : std::string_view{},
                              nullptr,
                              {},
                              {}});
    return {std::move(decision), std::move(event)};
}

PolicyAction PolicyJudge::action(const Said& said, std::string_view stage) {
    const bool late = stage == "DATA" || stage == "END-OF-MESSAGE";
    if (const auto refusal = said.decision.refusal(said.event))
        return late ? PolicyAction::refuse(*refusal) : PolicyAction::defer_if_permit(*refusal);
    const policy::Finding* deciding = said.decision.deciding();
    if (deciding == nullptr) return PolicyAction::dunno();
    if (said.decision.action() == Action::hold)
        return PolicyAction::hold(fmt::format("{} ({} {})", deciding->sentence, deciding->code, said.event));
    if (stage == "END-OF-MESSAGE" || std::exchange(message_->tagged, true)) return PolicyAction::dunno();
    return PolicyAction::prepend("X-Postern-Tag", fmt::format("{} {}", deciding->code, said.event));
}

}  // namespace postern::gate
