// SPDX-License-Identifier: Apache-2.0
#include "evidence/mail_log.hpp"

#include "evidence/scan.hpp"

#include <algorithm>

namespace postern::evidence {
namespace {

using Kind = MailEvent::Kind;

constexpr std::size_t max_sample = 400;

std::string_view domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return at == address.npos ? std::string_view{} : address.substr(at + 1);
}

std::string sample(std::string_view text) { return std::string(text.substr(0, max_sample)); }

}  // namespace

bool is_inside(std::string_view text) {
    const auto address = IpAddress::parse(text);
    if (!address) return false;
    const auto use = address->special_use();
    return use && !use->contains("documentation");
}

void Tally::add(std::string_view key, std::uint64_t count) {
    if (const auto known = counts.find(key); known != counts.end()) known->second += count;
    else if (counts.size() < max_keys) counts.emplace(key, count);
    else left_out += count;
}

std::uint64_t Tally::total() const {
    std::uint64_t sum = left_out;
    for (const auto& [key, count] : counts) sum += count;
    return sum;
}

std::vector<std::pair<std::string, std::uint64_t>> Tally::top(std::size_t count) const {
    std::vector<std::pair<std::string, std::uint64_t>> all(counts.begin(), counts.end());
    std::ranges::sort(all, [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    if (all.size() > count) all.resize(count);
    return all;
}

void MailLog::read(std::string_view line) {
    ++findings_.lines;
    if (line.size() > 16 * 1024) line = line.substr(0, 16 * 1024);
    const auto stamp = clock_.take(line);
    if (!stamp) return;
    std::optional<MailEvent> event;
    if (stamp->form == LogClock::Form::exim) {
        if (line.starts_with('[')) line = behind(line, "] ");  // log_selector +pid
        event = read_exim_line(line);
    } else {
        take_word(line);  // the host
        const std::string_view program = before(line, "[");
        if (program.contains('/')) event = read_postfix_line(line);
        else if (program == "smtpd") event = read_opensmtpd_line(line);
        else if (program == "exim" || program == "exim4") event = read_exim_line(behind(line, "]: "));
    }
    if (!event) return;
    event->at = stamp->at;
    take(*event);
}

MailLog::Origin& MailLog::origin(std::string_view id) {
    if (const auto known = open_.find(id); known != open_.end()) return known->second;
    while (open_.size() >= max_open_messages) {
        open_.erase(order_.front());
        order_.pop_front();
    }
    // Ids of messages long gone pile up in the order; sweep them when they outnumber the open ones.
    if (order_.size() > 2 * max_open_messages)
        std::erase_if(order_, [this](const std::string& old) { return !open_.contains(old); });
    order_.emplace_back(id);
    return open_[std::string(id)];
}

const MailLog::Origin* MailLog::find(std::string_view id) const {
    const auto known = open_.find(id);
    return known == open_.end() ? nullptr : &known->second;
}

void MailLog::take(const MailEvent& event) {
    ++findings_.understood;
    if (event.at != Instant{}) {
        if (findings_.first == Instant{} || event.at < findings_.first) findings_.first = event.at;
        findings_.last = std::max(findings_.last, event.at);
    }
    switch (event.kind) {
    case Kind::arrived: {
        Origin& from = origin(event.id);
        // A filter hands a message back from this host: what is known of it already stays.
        if (from.client.empty() || !is_inside(event.client)) from.client = event.client;
        if (!event.login.empty()) from.login = event.login;
        if (!event.local_user.empty()) from.local_user = event.local_user;
        if (!event.sender.empty()) from.sender = event.sender;
        break;
    }
    case Kind::named: {
        Origin& from = origin(event.id);
        if (!event.sender.empty()) from.sender = event.sender;
        if (!event.login.empty()) from.login = event.login;
        if (!event.other_id.empty()) {
            const Origin copy = from;
            origin(event.other_id) = copy;
        } else if (!from.login.empty() && from.login.contains('@') && !from.sender.empty() &&
                   from.login != from.sender) {
            ++findings_.mismatched;
            findings_.mismatched_sample = from.login + " sent as " + sample(from.sender);
        }
        break;
    }
    case Kind::sent:
    case Kind::deferred:
    case Kind::bounced: delivery(event); break;
    case Kind::rejected: rejection(event); break;
    case Kind::returned: {
        const Origin* from = find(event.id);
        if (from != nullptr && from->login.empty() && from->local_user.empty() && !from->client.empty() &&
            !is_inside(from->client)) {
            ++findings_.returned_to_outsiders;
            findings_.returned_sample = from->sender;
        }
        break;
    }
    case Kind::removed:
        if (const auto known = open_.find(event.id); known != open_.end()) open_.erase(known);
        break;
    case Kind::infected: {
        const Origin* from = event.id.empty() ? nullptr : find(event.id);
        findings_.infections.add(from != nullptr && !from->login.empty()    ? from->login
                                 : from != nullptr && !from->client.empty() ? from->client
                                                                            : std::string(event.client));
        findings_.infection_sample = sample(event.reply);
        break;
    }
    case Kind::unscanned:
        ++findings_.unscanned;
        findings_.unscanned_sample = sample(event.reply);
        break;
    case Kind::login_failed: findings_.login_failures.add(event.client); break;
    case Kind::tls_out: ++findings_.tls_out; break;
    case Kind::unreachable: findings_.unreachable.add(event.relay_ip); break;
    }
}

void MailLog::delivery(const MailEvent& event) {
    static const Origin unknown;
    const Origin* found = find(event.id);
    const Origin from = found == nullptr ? unknown : *found;
    if (event.kind == Kind::sent && !event.other_id.empty() && is_inside(event.relay_ip)) {
        // Handed to a filter or to the next server inside; it goes on under another id, and here nothing has left.
        const auto end = event.other_id.find_first_of(" )");
        origin(event.other_id.substr(0, end)) = from;
        if (!from.client.empty() && !is_inside(from.client) && from.login.empty()) findings_.inbound.add(from.client);
        return;
    }
    if (event.kind != Kind::sent && !event.local) refusal(event);
    if (event.local || is_inside(event.relay_ip)) {
        if (event.kind == Kind::sent) {
            ++findings_.delivered_here;
            if (!from.client.empty() && from.login.empty() && !is_inside(from.client))
                findings_.inbound.add(from.client);
        }
        if (event.kind == Kind::bounced && event.unknown_recipient && !from.client.empty() && !is_inside(from.client))
            ++findings_.unknown_bounced;
        return;
    }
    if (event.kind == Kind::deferred) ++findings_.deferred_out;
    if (event.kind == Kind::bounced) ++findings_.bounced_out;
    if (event.kind == Kind::sent) leave(event, from);
}

void MailLog::leave(const MailEvent& event, const Origin& from) {
    ++findings_.sent_out;
    findings_.receivers.add(event.relay_ip);
    if (!event.source.empty()) findings_.sources.add(event.source);
    if (!from.login.empty()) findings_.by_login.add(from.login);
    else if (!from.local_user.empty()) findings_.by_local_user.add(from.local_user);
    else if (!from.client.empty()) findings_.by_client.add(from.client);
    if (from.client.empty() || !from.login.empty() || is_inside(from.client)) return;
    const std::string_view domain = domain_of(event.recipient);
    auto known = std::ranges::find_if(findings_.relayed, [&](const Relayed& one) {
        return one.client == from.client && one.recipient_domain == domain;
    });
    if (known == findings_.relayed.end()) {
        if (findings_.relayed.size() >= MailLogFindings::max_relayed) return;
        findings_.relayed.push_back({from.client, std::string(domain), {}, 0, {}});
        known = std::prev(findings_.relayed.end());
    }
    ++known->count;
    known->last = event.at;
    known->sample = from.sender + " to " + sample(event.recipient);
}

void MailLog::refusal(const MailEvent& event) {
    auto reply = read_block_reply(event.reply);
    if (!reply) return;
    auto known = std::ranges::find_if(findings_.refusals, [&](const Refusals& one) {
        return one.what.list == reply->list && one.what.address == reply->address;
    });
    if (known == findings_.refusals.end()) {
        if (findings_.refusals.size() >= MailLogFindings::max_refusals) return;
        findings_.refusals.push_back({*std::move(reply), 0, event.at, event.at, {}, {}});
        known = std::prev(findings_.refusals.end());
    }
    ++known->count;
    known->first = std::min(known->first, event.at);
    known->last = std::max(known->last, event.at);
    known->sample = sample(event.reply);
    known->receiver = event.relay.empty() ? std::string(event.relay_ip) : std::string(event.relay);
}

void MailLog::rejection(const MailEvent& event) {
    if (event.relay_denied) {
        ++findings_.relay_refused;
        findings_.relay_clients.add(event.client);
    }
    if (event.unknown_recipient) ++findings_.unknown_refused;
    if (!event.helo.empty() && is_inside(event.client)) findings_.helo_refused.add(event.helo);
}

}  // namespace postern::evidence
