// SPDX-License-Identifier: Apache-2.0
#include "policy/session.hpp"

#include "policy/content.hpp"
#include "policy/relay.hpp"
#include "policy/sources.hpp"

namespace postern::policy {
namespace {

constexpr Rule too_many_recipients{"limit.recipients", "M6", 452, "4.5.3"};

}  // namespace

Decision SessionPolicy::connect(Instant now, std::string_view login) const {
    Decision out;
    if (direction_of(client_, login, settings_->site) == Direction::inbound)
        judge_source(client_, settings_->sources, now, out);
    return out;
}

Decision SessionPolicy::helo(std::string name, std::string_view login) {
    helo_ = std::move(name);
    Decision out;
    if (login.empty()) judge_helo(helo_, client_, *settings_, out);
    return out;
}

Decision SessionPolicy::mail(std::string_view path, std::string login) {
    reset();
    Decision out;
    message_.direction = direction_of(client_, login, settings_->site);
    message_.login = std::move(login);
    auto sender = MailAddress::parse(path);
    if (!sender) {
        refuse_path(sender.error(), *settings_, out);
        return out;
    }
    judge_sender(client_, message_.login, message_.direction, *sender, *settings_, out);
    message_.envelope.sender = *std::move(sender);
    return out;
}

Decision SessionPolicy::recipient(std::string_view path) {
    Decision out;
    if (message_.envelope.recipients.size() >= settings_->limits.recipients) {
        out.add(too_many_recipients, Mode::enforce, Action::defer,
                "This message has as many recipients as are taken at once");
        return out;
    }
    auto recipient = MailAddress::parse(path);
    if (!recipient || recipient->is_null()) {
        refuse_path(recipient ? Error{"address.malformed", "it is empty"} : recipient.error(), *settings_, out);
        return out;
    }
    judge_recipient(message_.direction, *recipient, *settings_, out);
    const Action action = out.action();
    if (action != Action::refuse && action != Action::defer)
        message_.envelope.recipients.push_back(*std::move(recipient));
    return out;
}

Decision SessionPolicy::message(const MessageFacts& facts, const SenderCounts& counts) const {
    Decision out;
    const ContentPlace place{message_.direction, from_filter(), message_.login};
    judge_limits(facts, *settings_, out);
    judge_malware(facts, place, *settings_, out);
    judge_spam(facts, place, *settings_, out);
    judge_link_domains(facts, place, *settings_, out);
    judge_header(facts, place, *settings_, out);
    judge_login_senders(message_.login, facts.senders, settings_->identity.learning.mode, out);
    if (message_.direction == Direction::outbound) judge_ceilings(accountable(), counts, settings_->ceilings, out);
    return out;
}

std::string SessionPolicy::accountable() const {
    if (!message_.login.empty()) return message_.login;
    return client_.ip ? client_.ip->to_string() : "local";
}

bool SessionPolicy::from_filter() const {
    return settings_->sources.declared && client_.ip && source_of(settings_->sources, *client_.ip) != nullptr;
}

}  // namespace postern::policy
