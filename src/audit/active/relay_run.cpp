// SPDX-License-Identifier: Apache-2.0
#include "audit/active/relay_run.hpp"

#include "audit/active/hearing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {

RelayRun::RelayRun(Target target, std::vector<std::string> forms, Wishes wishes)
    : target_(target), wishes_(std::move(wishes)), waiting_(forms.begin(), forms.end()) {}

Script RelayRun::blank(std::string purpose) const {
    return {.purpose = std::move(purpose),
            .server = target_.server,
            .port = target_.port,
            .channel = target_.channel,
            .relay = true};
}

std::optional<Script> RelayRun::next_batch() {
    Script script = blank("relay");
    asked_.clear();
    std::string_view sender;
    int mail = Line::always;
    const auto begin = [&](std::string_view form) {
        if (sender == form) return;
        if (!sender.empty()) script.say("", "RSET");
        sender = form;
        mail = script.say(fmt::format("mail {}", form), "MAIL FROM:" + filled(form, wishes_.names));
    };
    while (asked_.size() < size_ && !waiting_.empty()) {
        const RelayForm* form = find_relay_form(waiting_.front());
        asked_.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        if (form == nullptr) continue;
        begin(form->sender);
        script.say(std::string(form->id), "RCPT TO:" + filled(form->recipient, names_for(*form, wishes_.names)), mail);
    }
    const RelayForm& plain = relay_forms().front();
    if (!first_) {
        begin(plain.sender);
        script.say("foreign", "RCPT TO:" + filled(plain.recipient, wishes_.names), mail);
    }
    script.say("", "RSET");
    if (!controlled_elsewhere()) {
        script.ask("postmaster", filled(plain.sender, wishes_.names), wishes_.positive);
        script.say("", "RSET");
    }
    first_ = false;
    return script;
}

bool RelayRun::ended_for_good(const Conversation& last) {
    for (const std::string_view code : {"smtp.421", "net.connect", "net.timeout", "audit.own_address", "net.budget",
                                        "audit.shared", "smtp.greeting", "smtp.no_tls"})
        if (last.fault_code == code) {
            stopped_ = last.fault;
            phase_ = Phase::done;
            return true;
        }
    return false;
}

void RelayRun::judge_batch(const Conversation& last) {
    heard_yes_.clear();
    for (const std::string& form : asked_)
        if (heard(last.turn(form)) == Heard::accepted) heard_yes_.push_back(form);
    if (controlled_elsewhere()) {
        phase_ = Phase::alone;
    } else if (heard(last.turn("postmaster")) == Heard::accepted) {
        accepted_.insert(accepted_.end(), heard_yes_.begin(), heard_yes_.end());
        if (size_ != small_batch) size_ = batch;
    } else if (size_ == small_batch) {
        banned_ = true;
        stopped_ = "even two probes a connection were too many for the server to go on taking mail for postmaster";
        phase_ = Phase::done;
    } else {
        phase_ = Phase::alone;
    }
}

void RelayRun::judge_alone(const Conversation& last) {
    const Turn* turn = last.turn("postmaster");
    if (heard(turn) != Heard::accepted) {
        banned_ = true;
        stopped_ = turn == nullptr || turn->code == 0
                       ? fmt::format("it no longer takes mail for postmaster: {}", last.fault)
                       : fmt::format("it does not take mail for postmaster: {}", quoted(*turn));
        phase_ = Phase::done;
        return;
    }
    phase_ = Phase::batches;
    if (controlled_elsewhere()) {
        accepted_.insert(accepted_.end(), heard_yes_.begin(), heard_yes_.end());
        size_ = batch;
        return;
    }
    size_ = small_batch;
    waiting_.insert(waiting_.begin(), asked_.begin(), asked_.end());
}

std::optional<Script> RelayRun::next_delivery() {
    if (delivered_ == accepted_.size()) return std::nullopt;
    // The first each with a message of its own; what more there is shares one, as recipients of it.
    const bool alone = delivered_ < max_alone;
    const std::size_t end = alone ? delivered_ + 1 : std::min(accepted_.size(), delivered_ + max_together);
    const RelayForm* first = find_relay_form(accepted_[delivered_]);
    Script script = blank(fmt::format("relay-delivery/{}", alone ? first->id : "together"));
    script.token = wishes_.new_token();
    const std::string_view sender = alone ? first->sender : relay_forms().front().sender;
    const int mail = script.say("mail", "MAIL FROM:" + filled(sender, wishes_.names));
    for (; delivered_ < end; ++delivered_) {
        const RelayForm* form = find_relay_form(accepted_[delivered_]);
        script.say(std::string(form->id), "RCPT TO:" + filled(form->recipient, names_for(*form, wishes_.names)), mail);
    }
    const int data = script.say("data", "DATA", mail, Line::Kind::data);
    script.say("end", wishes_.message(alone ? first->what : "several forms in one message", script.token), data,
               Line::Kind::message);
    return script;
}

std::optional<Script> RelayRun::next(const Conversation* last) {
    if (last != nullptr && ended_for_good(*last)) return std::nullopt;
    if (last != nullptr && phase_ == Phase::batches) judge_batch(*last);
    else if (last != nullptr && phase_ == Phase::alone) judge_alone(*last);
    if (phase_ == Phase::alone) {
        Script script = blank("relay-control");
        script.port = target_.control_port;
        if (controlled_elsewhere()) script.channel = Channel::if_offered;
        script.ask("postmaster", filled(relay_forms().front().sender, wishes_.names), wishes_.positive);
        return script;
    }
    if (phase_ == Phase::batches) {
        if (!waiting_.empty()) return next_batch();
        phase_ = accepted_.empty() ? Phase::done : Phase::control;
    }
    if (phase_ == Phase::control) {
        phase_ = wishes_.deliver ? Phase::deliveries : Phase::done;
        Script script = blank("relay-control");
        script.ask("unknown", filled(relay_forms().front().sender, wishes_.names),
                   fmt::format("<postern-nobody-{}@{}>", wishes_.names.sender_local, wishes_.names.own));
        script.say("", "RSET");
        script.ask("postmaster", filled(relay_forms().front().sender, wishes_.names), wishes_.positive);
        return script;
    }
    if (phase_ == Phase::deliveries) return next_delivery();
    return std::nullopt;
}

}  // namespace postern::audit
