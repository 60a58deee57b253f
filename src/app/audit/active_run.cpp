// SPDX-License-Identifier: Apache-2.0
#include "app/audit/active_run.hpp"

#include "app/collect/arrivals.hpp"
#include "app/collect/network.hpp"
#include "app/collect/probe_arrivals.hpp"
#include "app/collect/speak.hpp"
#include "base/contains.hpp"
#include "base/text.hpp"
#include "identity/digest.hpp"
#include "net/deadline.hpp"
#include "net/random.hpp"
#include "net/task_group.hpp"

#include <fmt/format.h>

#include <ifaddrs.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

namespace postern::app {
namespace {

using audit::ActivePlan;
using audit::ActiveTarget;
using audit::ActiveWishes;
using audit::Conversation;
using audit::Evidence;
using net::Task;

constexpr std::array<std::uint16_t, 4> doors{25, 465, 587, 2525};
constexpr std::size_t max_targets = 4;
constexpr std::size_t max_arrivals = 500;  ///< whoever knows the token could send more than the audit did

std::vector<IpAddress> own_addresses() {
    std::vector<IpAddress> out;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return out;
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr) continue;
        if (one->ifa_addr->sa_family == AF_INET) {
            std::array<std::uint8_t, 4> octets{};
            std::copy_n(
                reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr),
                octets.size(), octets.begin());
            out.push_back(IpAddress::from_v4(octets));
        } else if (one->ifa_addr->sa_family == AF_INET6) {
            std::array<std::uint8_t, 16> octets{};
            std::copy_n(
                reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr),
                octets.size(), octets.begin());
            out.push_back(IpAddress::from_v6(octets));
        }
    }
    return out;
}

/// Addresses that relay probes may not start from: the servers', and whatever is known to send for the domain.
std::vector<IpAddress> audited_addresses(const Evidence& evidence, const audit::MailHosts& hosts) {
    std::vector<IpAddress> out = evidence.given;
    for (const audit::MailHost& host : hosts.hosts) out.insert(out.end(), host.addresses.begin(), host.addresses.end());
    return out;
}

bool names_as_own(const Evidence& evidence) {
    if (!evidence.domain) return false;
    const std::string name(evidence.domain->text());
    for (const char* setting : {"mydestination", "virtual_mailbox_domains", "relay_domains"})
        for (const std::string& word : evidence::setting_words(evidence.postfix.get(setting)))
            if (word == name) return true;
    for (const char* list : {"domainlist local_domains", "domainlist relay_to_domains"})
        if (contains(evidence::setting_words(evidence.exim.list(list)), name)) return true;
    return false;
}

Task<> knock(net::Loop& loop, IpAddress ip, std::uint16_t port, std::vector<std::uint16_t>& open) {
    net::Stream stream(loop.executor());
    const auto done = co_await net::with_deadline(stream.connect(net::Endpoint{ip, port}),
                                                  net::Clock::now() + std::chrono::seconds(3));
    if (done && *done) open.push_back(port);
    stream.close();
}

/// Which doors of which servers are open; the knocking itself says nothing to them.
Task<std::vector<ActiveTarget>> find_targets(net::Loop& loop, const Evidence& evidence, const audit::MailHosts& hosts) {
    std::vector<ActiveTarget> out;
    const auto add = [&](const IpAddress& ip, const DomainName& host) {
        const bool known = std::ranges::any_of(out, [&](const ActiveTarget& one) { return one.ip == ip; });
        if (!known && out.size() < max_targets) out.push_back({ip, host, {}});
    };
    for (const audit::MailHost& host : hosts.hosts)
        for (const IpAddress& ip : host.addresses) add(ip, host.name);
    for (const IpAddress& ip : evidence.given) add(ip, evidence.domain.value_or(DomainName()));
    net::TaskGroup tasks(loop.executor(),
                         [](std::string_view, const std::exception_ptr& fault) { std::rethrow_exception(fault); });
    for (ActiveTarget& one : out)
        for (const std::uint16_t port : doors) tasks.spawn("knock", knock(loop, one.ip, port, one.ports));
    co_await tasks.join();
    for (ActiveTarget& one : out) std::ranges::sort(one.ports);
    std::erase_if(out, [](const ActiveTarget& one) { return one.ports.empty(); });
    co_return out;
}

void announce(const ActivePlan& plan, const ActiveWishes& wishes) {
    std::string out =
        fmt::format("postern: this audit will do the following to servers of {}, in up to {} connections:\n",
                    wishes.domain.text(), plan.connections());
    for (const std::string& one : plan.announcements()) out += "  - " + printable(one) + "\n";
    out += fmt::format(
        "  Test messages say in a readable line what they are, and bear the token {}. It stops at the first 421.\n",
        wishes.token);
    std::fputs(out.c_str(), stderr);
}

bool confirmed(const ActiveSettings& settings) {
    if (settings.yes || isatty(STDIN_FILENO) == 0) return true;
    std::fputs("Go on? [y/N] ", stderr);
    std::array<char, 16> answer{};
    if (std::fgets(answer.data(), answer.size(), stdin) == nullptr) return false;
    return answer[0] == 'y' || answer[0] == 'Y';
}

using Sources = std::vector<std::unique_ptr<ArrivalSource>>;

Task<> look_for_arrivals(Sources& sources, const std::string& token, audit::Active& active) {
    for (const auto& source : sources)
        for (audit::Arrival& one : co_await source->look(token))
            if (active.arrivals.size() < max_arrivals) active.arrivals.push_back(std::move(one));
}

/// Tokens of messages that a server took and that nobody has seen yet.
std::size_t still_away(const audit::Active& active) {
    return static_cast<std::size_t>(std::ranges::count_if(active.conversations, [&](const Conversation& talk) {
        const audit::Turn* end = talk.turn(talk.purpose.starts_with("smuggling-out/") ? "message" : "end");
        if (talk.token.empty() || end == nullptr || !end->accepted()) return false;
        return std::ranges::none_of(active.arrivals,
                                    [&](const audit::Arrival& one) { return one.token == talk.token; });
    }));
}

/// Until nothing is missing, but long enough for a bounce or an autoresponder to show, and no longer than the settings say.
Task<> await_arrivals(net::Loop& loop, ActiveJob& job, Sources& sources, const std::string& token) {
    const auto begun = net::Clock::now();
    const auto least = std::min<std::chrono::milliseconds>(job.settings.wait, std::chrono::seconds(3));
    while (!sources.empty()) {
        co_await look_for_arrivals(sources, token, job.evidence.active);
        if (job.interrupt.came) co_return;
        const auto waited = net::Clock::now() - begun;
        const std::size_t away = still_away(job.evidence.active);
        if (waited > job.settings.wait || (away == 0 && waited > least)) co_return;
        job.progress(fmt::format("waiting for {} messages", away));
        net::Timer pause(loop.executor(), std::chrono::milliseconds(250));
        (void)co_await pause.async_wait(net::as_values);
    }
}

struct FarEnd {
    std::unique_ptr<probe::Client> client;  ///< null: there is none
    probe::OpenWatch watch;
};

/// The first vantage that can be used; why another could not is told.
Task<FarEnd> open_far_end(net::Loop& loop, ActiveJob& job) {
    FarEnd out;
    for (const probe::VantageAddress& address : job.settings.vantages) {
        auto client = co_await probe::Client::open(loop, job.resolver, address, std::chrono::seconds(10));
        if (!client) {
            job.notes.push_back(
                fmt::format("The vantage {} cannot be used: {}.", address.name, client.error().message));
            continue;
        }
        auto watch = co_await (*client)->open_watch(std::chrono::hours(1));
        if (!watch) {
            job.notes.push_back(fmt::format("The vantage {} opens no watch: {}.", address.name, watch.error().message));
            continue;
        }
        out = {*std::move(client), *std::move(watch)};
        co_return out;
    }
    co_return out;
}

ActiveWishes wishes_of(const ActiveJob& job, std::vector<ActiveTarget> targets) {
    const ActiveSettings& settings = job.settings;
    net::RandomIds random;
    ActiveWishes out{.domain = *job.evidence.domain,
                     .targets = std::move(targets),
                     .far_end = !settings.far_mailbox.empty(),
                     .sample_recipient = settings.sample_recipient,
                     .user_address = settings.user_address,
                     .leave_site = settings.leave_site,
                     .web_form = settings.web_form.has_value(),
                     .place = settings.place,
                     .checks = job.checks,
                     .token = fmt::format("pt{:04x}{:04x}{:04x}", random.next(), random.next(), random.next())};
    if (!settings.far_recipient.empty()) out.far_recipient = settings.far_recipient;
    if (settings.user)
        out.user_address = settings.user->login.contains('@')
                               ? settings.user->login
                               : fmt::format("{}@{}", settings.user->login, out.domain.text());
    return out;
}

/// By whichever way the script goes.
Task<Conversation> send(net::Loop& loop, const ActiveJob& job, const ActiveWishes& wishes,
                        std::vector<IpAddress> audited, audit::Script script, net::Clock::time_point until) {
    if (script.way == audit::Way::pickup) co_return hand_to_sendmail(script, wishes.sample_recipient);
    if (script.way == audit::Way::web)
        co_return co_await fill_in(loop, job.resolver, *job.settings.web_form, std::move(script),
                                   wishes.sample_recipient);
    SpeakOptions options{.greeting = own_name(),
                         .server_name = std::string(wishes.domain.text()),
                         .user = job.settings.user,
                         .audited = std::move(audited),
                         .shared = job.shared,
                         .services = job.evidence.services,
                         .limits = {.whole = until},
                         .interrupt = &job.interrupt};
    for (const ActiveTarget& one : wishes.targets)
        if (one.ip == script.server) options.server_name = std::string(one.host.text());
    co_return co_await speak(loop, std::move(script), std::move(options));
}

}  // namespace

audit::ConsentQuestion consent_question(const ActiveSettings& settings, const Evidence& evidence,
                                        const audit::MailHosts& hosts, const std::vector<audit::SharedHosts>& shared) {
    audit::ConsentQuestion out{
        .domain = *evidence.domain, .now = evidence.taken, .shared = shared, .services = evidence.services};
    const std::string name(evidence.domain->text());
    out.word = std::string(audit::consent_prefix) +
               identity::sha256_hex(fmt::format("postern consent {} {}", name, settings.secret), 16);
    for (const audit::MailHost& host : hosts.hosts) out.hosts.push_back(host.name);
    out.addresses = audited_addresses(evidence, hosts);
    const auto own = own_addresses();
    out.on_the_host = std::ranges::any_of(out.addresses, [&](const IpAddress& ip) { return contains(own, ip); });
    out.named_as_own = names_as_own(evidence);
    return out;
}

Task<> try_actively(net::Loop& loop, ActiveJob& job) {
    audit::Active& active = job.evidence.active;
    const auto until = net::Clock::now() + job.settings.time;
    ActiveWishes wishes = wishes_of(job, co_await find_targets(loop, job.evidence, job.hosts));
    const FarEnd far = co_await open_far_end(loop, job);
    if (far.client) {
        wishes.far_recipient = far.watch.address;
        wishes.far_end = wishes.tagged = active.tagged = active.shows_askers = true;
    }
    const auto audited = audited_addresses(job.evidence, job.hosts);
    const auto own = own_addresses();
    wishes.relay = std::ranges::none_of(audited, [&](const IpAddress& ip) { return contains(own, ip); });
    if (!wishes.relay)
        active.stopped.emplace_back(
            "relay probes never start from the audited address; run it from outside, or with --vantage");
    wishes.pickup = !wishes.relay && job.evidence.has_mta();
    ActivePlan plan(wishes);
    active.far_recipient = wishes.far_recipient;
    active.far_end = wishes.far_end;
    active.sample_recipient = wishes.sample_recipient;
    active.sample_seen = !job.settings.sample_mailbox.empty();
    active.logged_in = !wishes.user_address.empty();
    job.progress("");
    announce(plan, wishes);
    if (job.settings.dry_run) active.refused = "a dry run only says what would be done";
    else if (!confirmed(job.settings)) active.refused = "it was not confirmed";
    if (!active.refused.empty()) co_return;

    Sources sources;
    if (!job.settings.far_mailbox.empty())
        sources.push_back(std::make_unique<Mailbox>(job.settings.far_mailbox, "your far end"));
    if (far.client) sources.push_back(std::make_unique<ProbeArrivals>(*far.client, far.watch));
    if (active.sample_seen) sources.push_back(std::make_unique<Mailbox>(job.settings.sample_mailbox, "sample"));
    const Conversation* last = nullptr;
    std::size_t count = 0;
    while (!job.interrupt.came) {
        auto script = plan.next(last);
        if (!script) break;
        job.progress(fmt::format("connection {} of about {}: {}", ++count, plan.connections(), script->purpose));
        active.conversations.push_back(co_await send(loop, job, wishes, audited, *std::move(script), until));
        last = &active.conversations.back();
    }
    active.stopped.insert(active.stopped.end(), plan.stopped().begin(), plan.stopped().end());
    if (job.interrupt.came) active.stopped.emplace_back("what was still to be tried when it was interrupted");
    co_await await_arrivals(loop, job, sources, wishes.token);
    // A courtesy: the probe forgets the watch by itself too.
    if (far.client) (void)co_await far.client->close_watch(far.watch.token);
}

}  // namespace postern::app
