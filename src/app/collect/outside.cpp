// SPDX-License-Identifier: Apache-2.0
#include "app/collect/outside.hpp"

#include "base/contains.hpp"
#include "net/task_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::app {
namespace {

using audit::Evidence;
using audit::RecipientLook;
using audit::SmtpLook;
using probe::Client;

constexpr std::size_t max_places = 8;                     // addresses looked at by each probe
constexpr std::size_t max_messages_kept = 5;              // of what arrived
constexpr std::array<std::uint16_t, 2> aside{26, 2'525};  // where a server behind a filter is forgotten
constexpr auto watch_length = std::chrono::minutes(30);

struct Place {
    IpAddress ip;
    DomainName host;
    std::uint16_t port;
};

std::vector<Place> places(const Evidence& evidence, const audit::MailHosts& hosts, const OutsideWishes& wishes) {
    std::vector<std::pair<IpAddress, DomainName>> found;
    const auto add = [&](const IpAddress& ip, const DomainName& host) {
        if (found.size() < max_places && !contains(found, ip, &std::pair<IpAddress, DomainName>::first))
            found.emplace_back(ip, host);
    };
    for (const audit::MailHost& host : hosts.hosts) {
        const audit::FilterService* service = audit::service_of(evidence.services, host.name);
        if (service != nullptr) continue;  // the filter's own hosts are not ours to look at
        for (const IpAddress& ip : host.addresses) add(ip, host.name);
    }
    for (const IpAddress& ip : evidence.given) add(ip, {});
    for (const IpAddress& ip : wishes.senders) add(ip, {});
    std::vector<Place> out;
    for (const auto& [ip, host] : found) {
        out.push_back({ip, host, 25});
        if (!evidence.filter_service.empty())
            for (const std::uint16_t port : aside) out.push_back({ip, host, port});
    }
    return out;
}

net::Task<> look(Client& client, Place place, std::vector<SmtpLook>& into) {
    auto seen = co_await client.look(place.ip, place.port, place.host);
    if (!seen)
        into.push_back({.ip = place.ip,
                        .port = place.port,
                        .host = place.host,
                        .unknown = seen.error().message,
                        .not_looked = true,
                        .seen_from = client.address().name});
    else into.push_back(*std::move(seen));
}

net::Task<> try_recipients(Client& client, Place place, std::string domain, std::vector<RecipientLook>& into) {
    auto seen = co_await client.try_recipients(place.ip, place.port, place.host, {},
                                               {"postmaster@" + domain, "abuse@" + domain});
    if (!seen)
        into.push_back({.ip = place.ip,
                        .port = place.port,
                        .host = place.host,
                        .unknown = seen.error().message,
                        .recipients = {}});
    else into.push_back(*std::move(seen));
}

net::Task<> recent(Client& client, IpAddress ip, std::vector<audit::SeenConnection>& into) {
    const auto seen = co_await client.recent(ip);
    if (!seen) co_return;  // nothing hangs on it: names seen before are a bonus
    for (const audit::SeenConnection& one : *seen)
        if (!one.sender.empty() || !one.recipients.empty()) into.push_back(one);  // it spoke as a mail server does
}

void rethrow(const std::exception_ptr& fault) { std::rethrow_exception(fault); }

/// In front of the message's own octets, what a receiving server writes there: so it is judged like any saved message.
std::string as_received(const audit::SeenMessage& message, const std::string& probe) {
    const std::string ip = !message.peer           ? std::string("unknown")
                           : message.peer->is_v4() ? message.peer->to_string()
                                                   : "IPv6:" + message.peer->to_string();
    const auto clean = [](std::string text) {
        std::erase_if(text,
                      [](char c) { return static_cast<unsigned char>(c) <= 32 || c == '(' || c == ')' || c == ';'; });
        return text;
    };
    return fmt::format(
               "Return-Path: <{}>\r\nReceived: from {} (unknown [{}])\r\n\tby {} (postern probe) with {} id {}; {}\r\n",
               clean(message.sender), clean(message.helo), ip, probe, message.tls.empty() ? "ESMTP" : "ESMTPS",
               message.tag.empty() ? "0" : message.tag, to_rfc3339(message.at)) +
           message.octets;
}

net::Task<> await_message(net::Loop& loop, Client& client, Evidence& evidence, audit::Vantage& into,
                          const OutsideWishes& wishes) {
    const auto watch = co_await client.open_watch(watch_length);
    if (!watch) {
        evidence.gaps["message"] = fmt::format("{} opened no watch: {}", into.name, watch.error().message);
        co_return;
    }
    wishes.say(fmt::format("Send a message from your server, as a user does, to {}; it is waited for {}.",
                           watch->address, in_words(wishes.await_message)));
    const auto until = net::Clock::now() + wishes.await_message;
    std::string last = "nothing came within the time";
    while (into.messages.empty() && net::Clock::now() < until && !wishes.interrupted()) {
        net::Timer pause(loop.executor(), std::chrono::milliseconds(500));
        (void)co_await pause.async_wait(net::as_values);  // cancelled or not, the next look tells
        auto seen = co_await client.read_watch(watch->token);
        if (!seen) {
            last = seen.error().message;
            continue;
        }
        if (seen->messages.size() > max_messages_kept) seen->messages.resize(max_messages_kept);
        into.messages = std::move(seen->messages);
        std::ranges::move(seen->connections, std::back_inserter(into.connections));
    }
    (void)co_await client.close_watch(watch->token);  // it expires by itself otherwise
    if (into.messages.empty()) evidence.gaps["message"] = fmt::format("no message arrived at {}: {}", into.name, last);
    else if (!evidence.files.contains("message"))
        evidence.files["message"] = as_received(into.messages.front(), into.probe_name);
}

net::Task<> use(net::Loop& loop, Client& client, Evidence& evidence, audit::Vantage& into, std::vector<Place> targets,
                const OutsideWishes& wishes) {
    into.probe_name = client.about().name;
    into.you = client.about().you;
    {
        net::TaskGroup tasks(loop.executor(),
                             [](std::string_view, const std::exception_ptr& fault) { rethrow(fault); });
        for (const Place& place : targets) tasks.spawn("look", look(client, place, into.looks));
        for (const IpAddress& ip : wishes.senders) tasks.spawn("recent", recent(client, ip, into.connections));
        co_await tasks.join();
    }
    if (wishes.try_recipients && evidence.domain) {
        net::TaskGroup tasks(loop.executor(),
                             [](std::string_view, const std::exception_ptr& fault) { rethrow(fault); });
        for (const SmtpLook& one : into.looks)
            if (one.unknown.empty())
                tasks.spawn("recipients", try_recipients(client, {one.ip, one.host, one.port},
                                                         std::string(evidence.domain->text()), into.recipients));
        co_await tasks.join();
    }
    // Asked again: a server that answered has proved meanwhile that port 25 is open there.
    if (const auto about = co_await client.ask_about()) {
        into.port25_out = about->port25_out;
        into.port25_why = about->port25_why;
    }
}

/// What could not be seen from here was seen from there.
void fill_in(Evidence& evidence) {
    for (SmtpLook& own : evidence.looks)
        for (const audit::Vantage& vantage : evidence.vantages)
            for (const SmtpLook& seen : vantage.looks)
                if (!own.unknown.empty() && seen.unknown.empty() && seen.ip == own.ip && seen.port == own.port) {
                    const DomainName host = own.host;
                    own = seen;
                    own.host = host;
                }
}

}  // namespace

net::Task<> collect_outside(net::Loop& loop, net::Resolver& resolver, std::vector<probe::VantageAddress> vantages,
                            Evidence& evidence, audit::MailHosts hosts, OutsideWishes wishes) {
    const std::vector<Place> targets = places(evidence, hosts, wishes);
    bool awaited = false;
    for (const probe::VantageAddress& address : vantages) {
        wishes.progress("asking the probe " + address.name);
        audit::Vantage seen{.name = address.name};
        auto client = co_await Client::open(loop, resolver, address, wishes.patience);
        if (!client) seen.unknown = client.error().message;
        else co_await use(loop, **client, evidence, seen, targets, wishes);
        if (client && !awaited && wishes.await_message.count() > 0) {
            awaited = true;
            co_await await_message(loop, **client, evidence, seen, wishes);
        }
        evidence.vantages.push_back(std::move(seen));
    }
    fill_in(evidence);
    evidence.read_files();
}

}  // namespace postern::app
