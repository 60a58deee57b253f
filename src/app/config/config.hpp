// SPDX-License-Identifier: Apache-2.0
// postern.toml: one table of settings, from which come its parsing, its checks and the commented example.
#pragma once

#include "egress/model.hpp"
#include "net/resolver.hpp"
#include "net/socket_address.hpp"
#include "policy/settings.hpp"
#include "policy/source_lookup.hpp"

#include <chrono>
#include <map>
#include <set>

namespace postern::app {

/// The daemon as a whole.
struct ServeConfig {
    std::string metrics = "127.0.0.1@9925";
    std::chrono::milliseconds drain{30'000};
    std::chrono::milliseconds keep_events = std::chrono::days(30);
};

/// The trap for port 25.
struct TrapConfig {
    std::vector<net::SocketAddress> listen;  ///< empty: all addresses, the egress model's port
    std::string name = "localhost";
    bool direct = false, show_recipients = false;
    std::size_t sessions = 9'000, sessions_per_address = 200;
    std::chrono::milliseconds keep = std::chrono::days(30);
    std::vector<std::string> leases;        ///< files; empty: the usual places
    std::optional<net::Endpoint> resolver;  ///< of the site; nothing: the system's
    std::string webhook;
    std::optional<net::Endpoint> syslog;  ///< where a router's log is taken; nothing: nowhere
    std::vector<IpAddress> syslog_from;
};

/// The organisation: what is its own.
struct Site {
    std::vector<DomainName> domains;
    std::vector<Network> networks;      ///< inside
    std::vector<Network> mail_servers;  ///< addresses mostly; small networks may be
};

/// The gate's doors and engines; what it decides by is policy::Settings.
struct GateConfig {
    struct Signer {
        std::string domain, selector, key_file;
    };
    std::string milter = "127.0.0.1@8891";
    std::vector<std::string> submission_listeners{"submission", "submissions", "smtps"};
    std::string clamd, rspamd;  ///< empty: none
    std::chrono::milliseconds scan_time{90'000}, spam_time{20'000};
    std::vector<Signer> signers;
    std::vector<policy::SourceDeclaration> filter_sources;
    std::vector<DomainName>
        link_lists;  ///< of the catalogue; empty: those that many receivers look at, unless `link_zones` names some
    std::vector<DomainName> link_zones;  ///< lists of the site's own, asked without bound
    std::chrono::milliseconds link_time{3'000};
};

struct Config {
    net::ResolverOptions dns;
    std::chrono::milliseconds timeout{5'000};
    bool commercial_use = false;
    std::set<std::string, std::less<>> registered;
    std::map<std::string, std::string, std::less<>> keys;  ///< secrets: never printed
    std::string data_dir;
    ServeConfig serve;
    Site site;
    TrapConfig trap;
    GateConfig gate;
    policy::Settings policy;  ///< `domains` of `site` in it
    egress::Model egress;     ///< networks and mail servers of `site` in it; users by name, without their numbers
};

inline constexpr const char* default_config_path = "/etc/postern/postern.toml";

/// Errors: file, line, column, what is wrong and the nearest setting.
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::string& source);

/// The file at `path`; the default path may be absent. Errors: config.unreadable and those of parse_config.
[[nodiscard]] Result<Config> load_config(const std::string& path, bool must_exist);

/// A commented file that says the defaults and parses back to them.
[[nodiscard]] std::string example_config();

}  // namespace postern::app
