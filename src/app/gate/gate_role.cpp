// SPDX-License-Identifier: Apache-2.0
#include "app/gate/gate_role.hpp"

#include "app/gate/filter_sources.hpp"
#include "app/gate/link_lists.hpp"
#include "app/gate/memory_keeper.hpp"
#include "app/gate/memory_rows.hpp"
#include "base/text.hpp"
#include "gate/engine_probe.hpp"
#include "gate/milter_door.hpp"
#include "gate/policy_door.hpp"
#include "net/listener.hpp"
#include "policy/sources.hpp"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

namespace postern::app {
namespace {

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Result<identity::DkimSigner> load_signer(const GateConfig::Signer& wanted) {
    const auto domain = DomainName::parse(wanted.domain);
    if (!domain)
        return fail("gate.sign", fmt::format("[gate] sign: {}: {}", printable(wanted.domain), domain.error().message));
    std::ifstream file(wanted.key_file, std::ios::binary);
    std::ostringstream pem;
    if (!file || !(pem << file.rdbuf()))
        return fail("gate.sign", fmt::format("[gate] sign: {} cannot be read", printable(wanted.key_file)));
    auto signer = identity::DkimSigner::make(*domain, wanted.selector, pem.str());
    if (!signer)
        return fail("gate.sign",
                    fmt::format("[gate] sign: {}: {}", printable(wanted.key_file), signer.error().message));
    return signer;
}

using LinksOrError = Result<std::shared_ptr<LinkLists>>;

/// Null when links are not asked about. Errors: those of reputation::select.
LinksOrError links_of(const Serving& serving, const Config& config) {
    return config.policy.links.asked ? LinkLists::make(serving, config) : LinksOrError(nullptr);
}

/// Errors: gate.sign (a key that cannot be used).
Result<std::shared_ptr<const gate::GateRules>> rules_of(const Config& config, const LinksOrError& links) {
    if (!links) return std::unexpected(links.error());
    auto rules = std::make_shared<gate::GateRules>();
    rules->policy = config.policy;
    rules->links = *links;
    rules->masquerade = policy::MasqueradeDomains::parse(config.policy.identity.masquerade);
    rules->submission = config.gate.submission_listeners;
    rules->scan_time = config.gate.scan_time;
    rules->spam_time = config.gate.spam_time;
    rules->engine_alarm = config.gate.engine_alarm;
    if (const auto clamd = net::SocketAddress::parse(config.gate.clamd, 3'310); clamd && !config.gate.clamd.empty())
        rules->clamd = *clamd;
    if (const auto rspamd = net::SocketAddress::parse(config.gate.rspamd, 11'333);
        rspamd && !config.gate.rspamd.empty())
        rules->rspamd = net::RspamdClient::Options{*rspamd, {}};
    // Without a domain of its own nothing is "ours", and every message would be a relay attempt: the mail server's own rule goes on.
    if (rules->policy.site.domains.empty()) rules->policy.relay.mode = policy::Mode::observe;
    for (const GateConfig::Signer& wanted : config.gate.signers) {
        auto signer = load_signer(wanted);
        if (!signer) return std::unexpected(signer.error());
        rules->signers.push_back(*std::move(signer));
    }
    return rules;
}

/// As Postfix writes a milter's place.
std::string for_postfix(const net::SocketAddress& address) {
    if (address.is_unix()) return "unix:" + address.path;
    const std::string ip = address.endpoint.address.to_string();
    return fmt::format("inet:{}:{}", address.endpoint.address.is_v6() ? "[" + ip + "]" : ip, address.endpoint.port);
}

class GateRole final : public Role {
public:
    GateRole(Serving serving, const Config& config)
        : serving_(std::move(serving)),
          milter_(config.gate.milter),
          policy_service_(config.gate.policy_service),
          sources_config_(config),
          record_({&now, [this](store::Event event) { return serving_.events.append(std::move(event)); }, serving_.log},
                  serving_.metrics),
          links_(links_of(serving_, config)),
          first_(rules_of(config, links_)),
          door_(serving_.loop.executor(), first_ ? *first_ : std::make_shared<gate::GateRules>(), net::SpoolRoom{},
                record_, memory_),
          policy_door_(first_ ? *first_ : std::make_shared<gate::GateRules>(), record_),
          probe_(serving_.loop.executor(), first_ ? *first_ : std::make_shared<gate::GateRules>(), record_.engines) {
        describe(config);
    }

    Result<void> open() override {
        if (!first_) return std::unexpected(first_.error());
        rules_ = *first_;
        if (!milter_.empty())
            if (const auto opened = open_milter(); !opened) return opened;
        if (!policy_service_.empty())
            if (const auto opened = open_policy_service(); !opened) return opened;
        watch_sources(sources_config_);
        return {};
    }

    Result<std::move_only_function<void()>> prepare(const Config& config) override {
        if (config.gate.milter != milter_)
            return fail("gate.reload", "[gate] milter: another place to listen on needs a restart");
        if (config.gate.policy_service != policy_service_)
            return fail("gate.reload", "[gate] policy_service: another place to listen on needs a restart");
        auto links = links_of(serving_, config);
        auto rules = rules_of(config, links);
        if (!rules) return std::unexpected(rules.error());
        return [this, rules = *std::move(rules), links = std::move(links), config] {
            if (*links_) (*links_)->retire();
            links_ = links;
            watch_links();
            memory_.change(config.policy.identity.learning);
            rules_ = rules;
            warn_of_masquerade();
            change(rules);
            watch_sources(config);
            describe(config);
        };
    }

    void drain() override {
        if (listener_) listener_->close();
        if (policy_listener_) policy_listener_->close();
        door_.drain();
        policy_door_.drain();
    }
    bool idle() const override { return door_.conversations() + policy_door_.conversations() == 0; }
    void stop() override {}
    std::string status() const override {
        std::string doors;
        if (listener_) doors = "milter on " + listener_->address().to_string();
        if (policy_listener_)
            doors += (doors.empty() ? "" : ", ") + ("policy service on " + policy_listener_->address().to_string());
        const std::string silent = record_.engines.status(net::Clock::now());
        return fmt::format("gate: {}; {}{}{}", doors.empty() ? "no door is configured" : doors, measures_,
                           silent.empty() ? "" : "; ", silent);
    }

private:
    // One mail server makes all connections, so they are bounded in all only.
    static net::Admission admission() {
        return {.most = 2'000, .most_per_address = 2'000, .most_per_network = 2'000, .refusal = {}, .exempt = {}};
    }
    Result<net::Listener> listen(const std::string& place, std::uint16_t port) {
        const auto address = net::SocketAddress::parse(place, port);
        if (!address) return std::unexpected(address.error());
        return net::Listener::open(serving_.loop.executor(), *address);
    }
    Result<void> open_milter() {
        memory_.change(rules_->policy.identity.learning);
        auto keeper = MemoryKeeper::open(gate_file(serving_.data_dir), memory_, serving_.log);
        if (!keeper) return std::unexpected(keeper.error());
        keeper_ = *std::move(keeper);
        auto listener = listen(milter_, 8'891);
        if (!listener) return std::unexpected(listener.error());
        listener_.emplace(*std::move(listener));
        serving_.tasks.spawn("milter listener",
                             listener_->accept(serving_.tasks, admission(),
                                               [this](net::Stream stream) { return door_.serve(std::move(stream)); }));
        serving_.tasks.spawn("milter sweep", door_.sweep());
        serving_.tasks.spawn("engine probe", probe_.keep());
        watch_links();
        warn_of_masquerade();
        serving_.log("gate: for Postfix, two lines in main.cf:");
        serving_.log(fmt::format("    smtpd_milters = {}", for_postfix(listener_->address())));
        serving_.log("    milter_default_action = tempfail");
        return {};
    }
    Result<void> open_policy_service() {
        auto listener = listen(policy_service_, 8'893);
        if (!listener) return std::unexpected(listener.error());
        policy_listener_.emplace(*std::move(listener));
        serving_.tasks.spawn("policy service listener",
                             policy_listener_->accept(serving_.tasks, admission(), [this](net::Stream stream) {
                                 return policy_door_.serve(std::move(stream));
                             }));
        serving_.tasks.spawn("policy service sweep", policy_door_.sweep(serving_.loop.executor()));
        const std::string place = for_postfix(policy_listener_->address());
        serving_.log("gate: for Postfix, in main.cf, in front of what is there:");
        serving_.log(fmt::format("    smtpd_recipient_restrictions = check_policy_service {}, ...", place));
        serving_.log(fmt::format("    smtpd_end_of_data_restrictions = check_policy_service {}, ...", place));
        return {};
    }
    void change(const std::shared_ptr<const gate::GateRules>& rules) {
        door_.change(rules);
        policy_door_.change(rules);
        probe_.change(rules);
    }
    /// Sources of a new configuration are asked anew, and what was known of the same ones holds until they answer; what those of the one
    /// before still learn changes nothing.
    void watch_sources(const Config& config) {
        const std::shared_ptr<FilterSources> before = std::exchange(sources_, nullptr);
        if (before) before->stop();
        if (config.gate.filter_sources.empty()) return;
        sources_ = std::make_shared<FilterSources>(
            serving_, config,
            [this](std::vector<policy::AllowedSource> allowed, bool ready) {
                auto changed = std::make_shared<gate::GateRules>(*rules_);
                changed->policy.sources.allowed = std::move(allowed);
                changed->policy.sources.declared = true;
                changed->policy.sources.known = ready;
                change(changed);
            },
            before.get());
        serving_.tasks.spawn("filter sources", keep(sources_));
    }
    void watch_links() {
        if (*links_) serving_.tasks.spawn("link lists", LinkLists::keep(*links_));
    }
    /// What is configured and not confirmed does nothing, which must not look as if it did.
    void warn_of_masquerade() {
        const policy::MasqueradeDomains domains{rules_->masquerade, memory_.confirmed()};
        for (const DomainName& domain : domains.all)
            if (!domains.is_confirmed(domain))
                serving_.log(fmt::format("gate: [identity] masquerade of {} is off: it only notes what it would change "
                                         "until postern masquerade --preview was looked at and confirmed",
                                         domain.text()));
    }
    static net::Task<> keep(std::shared_ptr<FilterSources> sources) { co_await sources->keep(); }

    /// Which measures hold, said at every start: what is not enforced must not look as if it were.
    void describe(const Config& config) {
        const policy::Settings& policy = config.policy;
        const bool content = !config.gate.milter.empty() || config.gate.policy_service.empty();
        const auto word = [](bool there, policy::Mode mode) {
            return !there ? "not enforced (no engine)" : mode == policy::Mode::enforce ? "enforced" : "observed";
        };
        const bool domains = !config.site.domains.empty();
        const char* const blind = "not enforced (the policy service sees no content)";
        const std::string links =
            !policy.links.asked || !content
                ? "off"
                : fmt::format("{} ({})", word(true, policy.links.mode), links_ && *links_ ? (*links_)->status() : "");
        measures_ = fmt::format(
            "M1 {}, M3 {}, links {}, M4 {}, M5 {}, login's senders {}, M6 {}",
            content ? word(policy.malware.scanner, policy.malware.mode) : blind,
            content ? word(policy.spam.filter, policy.spam.mode) : blind, links,
            config.gate.filter_sources.empty() ? "off (no filter in front)" : word(true, policy.sources.mode),
            word(true, policy.identity.mode), content ? word(true, policy.identity.learning.mode) : blind,
            domains ? word(true, policy.relay.mode) : "observed (no domains in [site])");
    }

    Serving serving_;
    std::string milter_, policy_service_, measures_;
    Config sources_config_;  // of the start
    gate::GateRecord record_;
    gate::GateMemory memory_;
    LinksOrError links_;                                    // of the rules in force; their conversations hold it too
    Result<std::shared_ptr<const gate::GateRules>> first_;  // of the start
    gate::MilterDoor door_;
    gate::PolicyDoor policy_door_;
    gate::EngineProbe probe_;
    std::shared_ptr<const gate::GateRules> rules_;  // as configured, without what was looked up
    std::shared_ptr<FilterSources> sources_;        // its task is the other holder
    std::unique_ptr<MemoryKeeper> keeper_;          // writes what memory_ holds, also at the end
    std::optional<net::Listener> listener_, policy_listener_;
};

}  // namespace

std::unique_ptr<Role> make_gate_role(Serving serving, const Config& config) {
    return std::make_unique<GateRole>(std::move(serving), config);
}

}  // namespace postern::app
