// SPDX-License-Identifier: Apache-2.0
#include "app/gate/gate_role.hpp"

#include "app/gate/filter_sources.hpp"
#include "app/gate/link_lists.hpp"
#include "app/gate/memory_keeper.hpp"
#include "app/gate/memory_rows.hpp"
#include "base/text.hpp"
#include "gate/milter_door.hpp"
#include "net/listener.hpp"

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
          sources_config_(config),
          record_({&now, [this](store::Event event) { return serving_.events.append(std::move(event)); }, serving_.log},
                  serving_.metrics),
          links_(links_of(serving_, config)),
          first_(rules_of(config, links_)),
          door_(serving_.loop.executor(), first_ ? *first_ : std::make_shared<gate::GateRules>(), net::SpoolRoom{},
                record_, memory_) {
        describe(config);
    }

    Result<void> open() override {
        if (!first_) return std::unexpected(first_.error());
        if (milter_.empty()) return {};
        memory_.change((*first_)->policy.identity.learning);
        auto keeper = MemoryKeeper::open(gate_file(serving_.data_dir), memory_, serving_.log);
        if (!keeper) return std::unexpected(keeper.error());
        keeper_ = *std::move(keeper);
        const auto address = net::SocketAddress::parse(milter_, 8'891);
        if (!address) return std::unexpected(address.error());
        auto listener = net::Listener::open(serving_.loop.executor(), *address);
        if (!listener) return std::unexpected(listener.error());
        listener_.emplace(*std::move(listener));
        // One mail server makes all connections, so they are bounded in all only.
        const net::Admission admission{
            .most = 2'000, .most_per_address = 2'000, .most_per_network = 2'000, .refusal = {}, .exempt = {}};
        serving_.tasks.spawn("milter listener",
                             listener_->accept(serving_.tasks, admission,
                                               [this](net::Stream stream) { return door_.serve(std::move(stream)); }));
        serving_.tasks.spawn("milter sweep", door_.sweep());
        rules_ = *first_;
        watch_sources(sources_config_);
        watch_links();
        warn_of_masquerade();
        serving_.log("gate: for Postfix, two lines in main.cf:");
        serving_.log(fmt::format("    smtpd_milters = {}", for_postfix(listener_->address())));
        serving_.log("    milter_default_action = tempfail");
        return {};
    }

    Result<std::move_only_function<void()>> prepare(const Config& config) override {
        if (config.gate.milter != milter_)
            return fail("gate.reload", "[gate] milter: another place to listen on needs a restart");
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
            door_.change(rules);
            watch_sources(config);
            describe(config);
        };
    }

    void drain() override {
        if (listener_) listener_->close();
        door_.drain();
    }
    bool idle() const override { return door_.conversations() == 0; }
    void stop() override {}
    std::string status() const override {
        return listener_ ? fmt::format("gate: milter on {}; {}", listener_->address().to_string(), measures_)
                         : fmt::format("gate: no door is configured; {}", measures_);
    }

private:
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
                // Before every source is known, nobody can be called an outsider.
                changed->policy.sources.declared = ready;
                door_.change(std::move(changed));
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
        const auto word = [](bool there, policy::Mode mode) {
            return !there ? "not enforced (no engine)" : mode == policy::Mode::enforce ? "enforced" : "observed";
        };
        const bool domains = !config.site.domains.empty();
        const std::string links = !policy.links.asked ? "off"
                                                      : fmt::format("{} ({})", word(true, policy.links.mode),
                                                                    links_ && *links_ ? (*links_)->status() : "");
        measures_ = fmt::format(
            "M1 {}, M3 {}, links {}, M4 {}, M5 {}, login's senders {}, M6 {}",
            word(policy.malware.scanner, policy.malware.mode), word(policy.spam.filter, policy.spam.mode), links,
            config.gate.filter_sources.empty() ? "off (no filter in front)" : word(true, policy.sources.mode),
            word(true, policy.identity.mode), word(true, policy.identity.learning.mode),
            domains ? word(true, policy.relay.mode) : "observed (no domains in [site])");
    }

    Serving serving_;
    std::string milter_, measures_;
    Config sources_config_;  // of the start
    gate::GateRecord record_;
    gate::GateMemory memory_;
    LinksOrError links_;                                    // of the rules in force; their conversations hold it too
    Result<std::shared_ptr<const gate::GateRules>> first_;  // of the start
    gate::MilterDoor door_;
    std::shared_ptr<const gate::GateRules> rules_;  // as configured, without what was looked up
    std::shared_ptr<FilterSources> sources_;        // its task is the other holder
    std::unique_ptr<MemoryKeeper> keeper_;          // writes what memory_ holds, also at the end
    std::optional<net::Listener> listener_;
};

}  // namespace

std::unique_ptr<Role> make_gate_role(Serving serving, const Config& config) {
    return std::make_unique<GateRole>(std::move(serving), config);
}

}  // namespace postern::app
