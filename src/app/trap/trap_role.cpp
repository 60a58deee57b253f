// SPDX-License-Identifier: Apache-2.0
#include "app/trap/trap_role.hpp"

#include "app/collect/inside.hpp"
#include "app/serve/webhook.hpp"
#include "app/collect/logs.hpp"
#include "app/trap/deny_log.hpp"
#include "app/trap/trap_keeper.hpp"
#include "app/trap/trap_report.hpp"
#include "base/contains.hpp"
#include "egress/offender_json.hpp"
#include "gate/trap.hpp"
#include "net/datagrams.hpp"
#include "net/listener.hpp"
#include "net/root_probe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <deque>

namespace postern::app {
namespace {

using namespace std::chrono_literals;
using net::Clock;

constexpr std::size_t max_reverse_questions = 256;

Instant system_now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::vector<net::SocketAddress> doors(const Config& config) {
    if (!config.trap.listen.empty()) return config.trap.listen;
    const std::uint16_t port = config.egress.trap_port;
    return {{{*IpAddress::parse("0.0.0.0"), port}, {}}, {{*IpAddress::parse("::"), port}, {}}};
}

gate::TrapOptions options(const Config& config) {
    gate::TrapOptions out;
    out.name = config.trap.name;
    out.direct = config.trap.direct;
    out.most_per_address = config.trap.sessions_per_address;
    out.book.keep = config.trap.keep;
    out.book.show_recipients = config.trap.show_recipients;
    return out;
}

class TrapRole final : public Role {
public:
    TrapRole(Serving serving, const Config& config)
        : serving_(std::move(serving)),
          config_(config),
          trap_(std::make_shared<gate::Trap>(
              serving_.loop.executor(), options(config),
              gate::TrapHooks{.now = &system_now,
                              .ask = [this](const IpAddress& ip) { ask(ip); },
                              .tell = [this](const egress::OffenderIncident& incident) { tell(incident); }},
              serving_.metrics)),
          reverse_wake_(serving_.loop.executor(), Clock::time_point::max()) {}

    Result<void> open() override;
    Result<std::move_only_function<void()>> prepare(const Config& config) override;
    void drain() override;
    /// Whoever is in the trap has no right to its end: only our own questions are awaited.
    bool idle() const override { return !asking_ && (!webhook_ || webhook_->ended()); }
    void stop() override {
        if (keeper_) write_down();
    }
    std::string status() const override;

private:
    Result<void> open_rows();
    Result<void> open_webhook();
    void ask(const IpAddress& address);
    void tell(const egress::OffenderIncident& incident);
    void forget(const std::string& address);
    void write_down();
    net::Task<> keep();
    net::Task<> ask_reverse_names();
    net::Task<> hear_routers();

    Serving serving_;
    Config config_;
    std::shared_ptr<gate::Trap> trap_;  // the role is its last holder; other threads' messages look at it weakly
    std::deque<net::Listener> doors_;
    std::optional<net::Datagrams> routers_;
    std::unique_ptr<Webhook> webhook_;
    std::deque<IpAddress> reverse_questions_;
    net::Timer reverse_wake_;
    std::unique_ptr<net::Resolver> resolver_;
    bool ending_ = false, asking_ = false;
    std::unique_ptr<Inside> inside_;  // threads: they end before what they post to
    std::unique_ptr<TrapKeeper> keeper_;
};

Result<void> TrapRole::open() {
    if (auto opened = open_rows(); !opened) return opened;
    if (auto opened = open_webhook(); !opened) return opened;
    inside_ = std::make_unique<Inside>(
        config_.trap.leases.empty() ? usual_lease_files() : config_.trap.leases,
        [&loop = serving_.loop, trap = std::weak_ptr(trap_)](const IpAddress& address, egress::Identity identity) {
            loop.post([trap, address, identity = std::move(identity)] {
                if (const auto held = trap.lock()) held->identify(address, identity);
            });
        });
    const net::Admission admission{
        .most = config_.trap.sessions, .refusal = "421 4.7.0 too many connections\r\n", .exempt = [](const IpAddress&) {
            return true;
        }};  // the trap counts by address itself
    for (const net::SocketAddress& address : doors(config_)) {
        auto door = net::Listener::open(serving_.loop.executor(), address);
        if (!door) return std::unexpected(door.error());
        doors_.push_back(*std::move(door));
        serving_.tasks.spawn("trap",
                             doors_.back().accept(serving_.tasks, admission, [trap = trap_](net::Stream stream) {
                                 return trap->serve(std::move(stream));
                             }));
    }
    serving_.tasks.spawn("trap.tell", trap_->tell());
    serving_.tasks.spawn("trap.keep", keep());
    serving_.tasks.spawn("trap.reverse_names", ask_reverse_names());
    if (webhook_) serving_.tasks.spawn("trap.webhook", webhook_->run());
    if (!config_.trap.syslog) return {};
    auto routers = net::Datagrams::open(serving_.loop.executor(), *config_.trap.syslog);
    if (!routers) return std::unexpected(routers.error());
    routers_.emplace(*std::move(routers));
    serving_.tasks.spawn("trap.syslog", hear_routers());
    return {};
}

void TrapRole::drain() {
    ending_ = true;
    for (net::Listener& door : doors_) door.close();
    if (routers_) routers_->close();
    if (resolver_) resolver_->abandon("the daemon ends");
    reverse_wake_.cancel();
    if (webhook_) webhook_->end();
}

Result<void> TrapRole::open_rows() {
    auto rows = store::OffenderRows::open(trap_file(serving_.data_dir));
    if (!rows) return std::unexpected(rows.error());
    const auto known = rows->load(options(config_).book.most);
    if (!known) return std::unexpected(known.error());
    for (const store::OffenderRow& row : *known) {
        const auto document = json::parse(row.document);
        auto offender = document ? egress::read_offender(*document) : std::unexpected(document.error());
        if (offender) trap_->book().restore(*std::move(offender), row.told);
    }
    keeper_ = std::make_unique<TrapKeeper>(*std::move(rows), config_.trap.keep,
                                           [this, trap = std::weak_ptr(trap_)](const std::string& address) {
                                               serving_.loop.post([this, trap, address] {
                                                   if (trap.lock()) forget(address);
                                               });
                                           });
    return {};
}

Result<void> TrapRole::open_webhook() {
    if (config_.trap.webhook.empty()) return {};
    const auto url = WebhookUrl::parse(config_.trap.webhook);
    if (!url) return std::unexpected(url.error());
    auto webhook = Webhook::make(serving_.loop, *url, serving_.log);
    if (!webhook) return std::unexpected(webhook.error());
    webhook_ = *std::move(webhook);
    return {};
}

Result<std::move_only_function<void()>> TrapRole::prepare(const Config& config) {
    if (doors(config) != doors(config_) || config.trap.webhook != config_.trap.webhook ||
        config.trap.leases != config_.trap.leases || config.trap.sessions != config_.trap.sessions)
        return fail("trap.reload", "[trap] listen, sessions, leases and webhook change with a restart only");
    return [this, config] {
        config_ = config;
        trap_->change(options(config));
    };
}

std::string TrapRole::status() const {
    std::vector<std::string> addresses;
    for (const net::Listener& door : doors_) addresses.push_back(door.address().to_string());
    return fmt::format("trap: listening on {}, {} offenders on record", fmt::join(addresses, ", "),
                       trap_->book().size());
}

void TrapRole::ask(const IpAddress& address) {
    inside_->ask(address);
    if (reverse_questions_.size() >= max_reverse_questions) return;
    reverse_questions_.push_back(address);
    reverse_wake_.cancel();
}

void TrapRole::tell(const egress::OffenderIncident& incident) {
    store::Event event = to_event(incident, system_now());
    serving_.log(fmt::format("trap: {}: {}", event.severity, event.sentence));
    if (webhook_) {
        json::object document{{"kind", event.kind},
                              {"measure", event.measure},
                              {"at", to_rfc3339(event.at)},
                              {"severity", event.severity},
                              {"ip", event.ip},
                              {"mac", json::text(event.mac)},
                              {"host", json::text(event.host)},
                              {"sentence", json::text(event.sentence)},
                              {"details", event.details}};
        document["id"] = serving_.events.append(std::move(event));
        webhook_->post(document);
    } else {
        serving_.events.append(std::move(event));
    }
}

void TrapRole::forget(const std::string& address) {
    if (const auto ip = IpAddress::parse(address); ip && trap_->book().forget(*ip)) write_down();
}

void TrapRole::write_down() {
    std::vector<store::OffenderRow> rows;
    for (const egress::Offender* offender : trap_->book().take_changed())
        rows.push_back({offender->address.to_string(), offender->last, trap_->book().told(offender->address),
                        offender_document(*offender)});
    std::vector<std::string> removed;
    for (const IpAddress& ip : trap_->book().take_removed()) removed.push_back(ip.to_string());
    keeper_->remove(removed);
    keeper_->save(std::move(rows), system_now());
}

net::Task<> TrapRole::keep() {
    net::Timer pause(serving_.loop.executor());
    for (;;) {
        pause.expires_after(1s);
        co_await pause.async_wait(net::as_values);
        trap_->book().expire(system_now());
        write_down();
    }
}

net::Task<> TrapRole::hear_routers() {
    DenyLog log({.ports = {25}, .mail_servers = config_.site.mail_servers, .live = true}, system_now(),
                local_zone(system_now()));
    for (;;) {
        const auto datagram = co_await routers_->receive();
        if (!datagram) co_return;
        const auto& known = config_.trap.syslog_from;
        if (known.empty() || contains(known, datagram->from.address))
            trap_->note_elsewhere(
                [&](egress::OffenderBook& book) { return log.take(datagram->octets, system_now(), book); });
    }
}

/// Of the site's own resolver, one after the other: a name that takes long delays only names.
net::Task<> TrapRole::ask_reverse_names() {
    net::ResolverOptions way;
    way.servers =
        config_.trap.resolver ? std::vector{*config_.trap.resolver} : net::read_system_resolvers(way.system_resolvers);
    if (way.servers.empty()) co_return;  // nobody to ask, and nobody outside is to hear of inside addresses
    asking_ = true;
    while (!ending_) {
        if (reverse_questions_.empty()) {
            reverse_wake_.expires_at(Clock::time_point::max());
            co_await reverse_wake_.async_wait(net::as_values);
            continue;
        }
        if (!resolver_) {
            auto resolver = co_await net::open_resolver(serving_.loop, way);
            if (!resolver) break;
            resolver_ = *std::move(resolver);
        }
        const IpAddress address = reverse_questions_.front();
        reverse_questions_.pop_front();
        const dns::Answer answer =
            co_await resolver_->ask({dns::reverse_name(address), dns::Type::ptr}, Clock::now() + 3s);
        const auto names = answer.names();
        if (names.empty()) continue;
        egress::Identity identity;
        identity.reverse_name = names.front().text();
        trap_->identify(address, identity);
    }
    if (resolver_) co_await resolver_->close();
    asking_ = false;
}

}  // namespace

std::unique_ptr<Role> make_trap_role(Serving serving, const Config& config) {
    return std::make_unique<TrapRole>(std::move(serving), config);
}

}  // namespace postern::app
