// SPDX-License-Identifier: Apache-2.0
#include "app/trap/trap_role.hpp"

#include "app/collect/inside.hpp"
#include "app/collect/logs.hpp"
#include "app/serve/webhook.hpp"
#include "app/trap/deny_log.hpp"
#include "app/trap/reverse_names.hpp"
#include "app/trap/trap_keeper.hpp"
#include "app/trap/trap_report.hpp"
#include "base/contains.hpp"
#include "egress/offender_json.hpp"
#include "gate/trap.hpp"
#include "net/listener.hpp"
#include "net/root_probe.hpp"
#include "net/syslog_door.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <deque>
#include <set>

namespace postern::app {
namespace {

using namespace std::chrono_literals;

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
    out.most = config.trap.sessions;
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
          names_(serving_.loop.executor(), reverse_hooks()),
          faults_(serving_.metrics.counter("postern_trap_record_faults_total",
                                           "Times that writing the trap's record began to fail.")),
          failing_(
              serving_.metrics.gauge("postern_trap_record_failing", "1 while the trap's record cannot be written.")) {}

    Result<void> open() override;
    Result<std::move_only_function<void()>> prepare(const Config& config) override;
    void drain() override;
    /// Whoever is in the trap has no right to its end: only our own questions are awaited.
    bool idle() const override { return names_.ended() && (!webhook_ || webhook_->ended()); }
    void stop() override {
        if (keeper_) write_down();
    }
    std::string status() const override;

private:
    Result<void> open_rows();
    Result<void> open_webhook();
    Result<void> open_syslog();
    ReverseNames::Hooks reverse_hooks();
    void start_over(const Config& config);
    void keeper_says(const std::string& why);
    void take_line(std::string_view line);
    void ask(const IpAddress& address);
    void tell(const egress::OffenderIncident& incident);
    void forget(const std::string& address);
    void write_down();
    net::Task<> keep();
    net::Task<Result<std::unique_ptr<net::Resolver>>> open_resolver();

    Serving serving_;
    Config config_;
    std::shared_ptr<gate::Trap> trap_;  // the role is its last holder; other threads' messages look at it weakly
    std::deque<net::Listener> doors_;
    std::optional<net::SyslogDoor> routers_;
    std::optional<DenyLog> deny_log_;
    std::unique_ptr<Webhook> webhook_;
    ReverseNames names_;
    store::Series &faults_, &failing_;
    std::string record_fault_;        // why the record cannot be written; empty: it can
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
    // The trap counts for itself, so that whoever it has no room for is on record; this is the last bound, if that takes long.
    const net::Admission admission{.most = 2 * config_.trap.sessions,
                                   .refusal = "421 4.7.0 too many connections\r\n",
                                   .exempt = [](const IpAddress&) { return true; }};
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
    serving_.tasks.spawn("trap.reverse_names", names_.run());
    if (webhook_) serving_.tasks.spawn("trap.webhook", webhook_->run());
    return open_syslog();
}

Result<void> TrapRole::open_syslog() {
    start_over(config_);
    if (!config_.trap.syslog) return {};
    auto routers = net::SyslogDoor::open(serving_.loop.executor(), *config_.trap.syslog);
    if (!routers) return std::unexpected(routers.error());
    routers_.emplace(*std::move(routers));
    routers_->hear(serving_.tasks, {.believes =
                                        [this](const IpAddress& from) {
                                            const auto& known = config_.trap.syslog_from;
                                            return known.empty() || contains(known, from);
                                        },
                                    .take = [this](const IpAddress&, std::string_view line) { take_line(line); }});
    return {};
}

/// What is made of settings that may change while it runs.
void TrapRole::start_over(const Config& config) {
    config_ = config;
    trap_->change(options(config));
    keeper_->keep_for(config.trap.keep);
    deny_log_.emplace(DenyLog::Options{.ports = {25}, .mail_servers = config.site.mail_servers, .live = true},
                      system_now(), local_zone(system_now()));
}

void TrapRole::take_line(std::string_view line) {
    trap_->note_elsewhere([&](egress::OffenderBook& book) { return deny_log_->take(line, system_now(), book); });
}

void TrapRole::drain() {
    for (net::Listener& door : doors_) door.close();
    if (routers_) routers_->close();
    names_.end();
    if (webhook_) webhook_->end();
}

Result<void> TrapRole::open_rows() {
    auto rows = store::OffenderRows::open(trap_file(serving_.data_dir));
    if (!rows) return std::unexpected(rows.error());
    const auto known = rows->load(options(config_).book.most);
    if (!known) return std::unexpected(known.error());
    std::set<std::string> stored;
    for (const store::OffenderRow& row : *known) {
        stored.insert(row.address);
        const auto document = json::parse(row.document);
        auto offender = document ? egress::read_offender(*document) : std::unexpected(document.error());
        if (offender) trap_->book().restore(*std::move(offender), read_told(*document, row.told));
    }
    // The keeper's thread posts; the role may be gone when the loop comes to it.
    const auto posting = [this](auto step) {
        return [this, step, trap = std::weak_ptr(trap_)](const std::string& text) {
            serving_.loop.post([this, step, trap, text] {
                if (trap.lock()) (this->*step)(text);
            });
        };
    };
    keeper_ = std::make_unique<TrapKeeper>(
        *std::move(rows), std::move(stored), config_.trap.keep,
        TrapKeeper::Hooks{.forget = posting(&TrapRole::forget), .fault = posting(&TrapRole::keeper_says)});
    return {};
}

void TrapRole::keeper_says(const std::string& why) {
    record_fault_ = why;
    failing_.set(why.empty() ? 0 : 1);
    if (!why.empty()) faults_.add();
    store::Event event;
    event.at = system_now();
    event.kind = "trap.record";
    event.measure = "M2";
    event.severity = why.empty() ? "info" : "incident";
    event.sentence = why.empty() ? "the trap's record can be written again"
                                 : fmt::format("the trap's record cannot be written, and waits in memory: {}", why);
    serving_.log("trap: " + event.sentence);
    serving_.events.append(std::move(event));
}

Result<void> TrapRole::open_webhook() {
    if (config_.trap.webhook.empty()) return {};
    const auto url = WebhookUrl::parse(config_.trap.webhook);
    if (!url) return std::unexpected(url.error());
    auto webhook = Webhook::make(serving_.loop, *url, serving_.log, serving_.metrics);
    if (!webhook) return std::unexpected(webhook.error());
    webhook_ = *std::move(webhook);
    return {};
}

Result<std::move_only_function<void()>> TrapRole::prepare(const Config& config) {
    if (const std::string fixed = needs_restart(config_, config); !fixed.empty())
        return fail("trap.reload", fmt::format("of [trap], {} changed, and can change with a restart only", fixed));
    return [this, config] { start_over(config); };
}

std::string TrapRole::status() const {
    std::vector<std::string> addresses;
    for (const net::Listener& door : doors_) addresses.push_back(door.address().to_string());
    return fmt::format("trap: listening on {}{}, {} offenders on record{}", fmt::join(addresses, ", "),
                       routers_ ? fmt::format(", for syslog on {}", routers_->address().to_string()) : "",
                       trap_->book().size(),
                       record_fault_.empty() ? "" : fmt::format(", which cannot be written: {}", record_fault_));
}

void TrapRole::ask(const IpAddress& address) {
    inside_->ask(address);
    const auto& inside = config_.site.networks;
    const auto holds_it = [&](const Network& network) { return network.contains(address); };
    // A stranger that found the trap's port is nobody whose name the site's resolver should go out to ask for.
    if (inside.empty() || std::ranges::any_of(inside, holds_it)) names_.ask(address);
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
    for (const egress::Offender* offender : trap_->book().take_changed()) {
        const auto told = trap_->book().told(offender->address);
        rows.push_back({offender->address.to_string(), offender->last, told.at, offender_document(*offender, told)});
    }
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

ReverseNames::Hooks TrapRole::reverse_hooks() {
    return {.open = [this] { return open_resolver(); },
            .found =
                [this](const IpAddress& address, const std::string& name) {
                    egress::Identity identity;
                    identity.reverse_name = name;
                    trap_->identify(address, identity);
                },
            .fault = [this](const std::string& why) { serving_.log("trap: no reverse names: " + why); }};
}

net::Task<Result<std::unique_ptr<net::Resolver>>> TrapRole::open_resolver() {
    net::ResolverOptions way;
    way.servers =
        config_.trap.resolver ? std::vector{*config_.trap.resolver} : net::read_system_resolvers(way.system_resolvers);
    // Without one it would recurse, and nobody outside is to hear of inside addresses.
    if (way.servers.empty()) co_return fail("dns.resolver.none", "no resolver is configured ([trap] resolver)");
    co_return co_await net::open_resolver(serving_.loop, std::move(way));
}

}  // namespace

std::string needs_restart(const Config& now, const Config& wanted) {
    std::vector<std::string_view> changed;
    if (doors(now) != doors(wanted)) changed.emplace_back("listen");
    if (now.trap.leases != wanted.trap.leases) changed.emplace_back("leases");
    if (now.trap.resolver != wanted.trap.resolver) changed.emplace_back("resolver");
    if (now.trap.syslog != wanted.trap.syslog) changed.emplace_back("syslog");
    if (now.trap.webhook != wanted.trap.webhook) changed.emplace_back("webhook");
    return fmt::format("{}", fmt::join(changed, ", "));
}

std::unique_ptr<Role> make_trap_role(Serving serving, const Config& config) {
    return std::make_unique<TrapRole>(std::move(serving), config);
}

}  // namespace postern::app
