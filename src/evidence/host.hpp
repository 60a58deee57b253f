// SPDX-License-Identifier: Apache-2.0
// What the host's kernel, package manager and virus scanner say.
#pragma once

#include "base/instant.hpp"
#include "base/ip_address.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::evidence {

/// A TCP socket of /proc/net/tcp or tcp6.
struct Socket {
    IpAddress local, remote;
    std::uint16_t local_port = 0, remote_port = 0;
    bool listening = false;
    std::uint32_t uid = 0;
};
/// Malformed lines are skipped; at most 100,000 sockets.
[[nodiscard]] std::vector<Socket> read_socket_table(std::string_view text);

/// uid -> name, from /etc/passwd.
[[nodiscard]] std::map<std::uint32_t, std::string> read_users(std::string_view passwd);

/// clamd's answer to VERSION: "ClamAV 1.4.3/27500/Mon Nov 23 09:24:11 2026".
struct ClamavVersion {
    std::string engine;
    int signatures = 0;         ///< 0: none loaded
    std::optional<Instant> of;  ///< when the signatures were made (UTC)
};
[[nodiscard]] std::optional<ClamavVersion> read_clamav_version(std::string_view reply);

/// "Key value" files: clamd.conf, freshclam.conf. The last value of a key holds.
[[nodiscard]] std::map<std::string, std::string, std::less<>> read_key_values(std::string_view text);
/// "25M", "100K", "26214400"; nothing: it is none.
[[nodiscard]] std::optional<std::uint64_t> read_size(std::string_view text);

/// What `nft -j list ruleset` or `nft list ruleset` says about outgoing port 25 on this host.
struct FirewallListing {
    bool readable = false;
    bool output_guarded = false;   ///< some rule of an output hook drops or rejects port 25
    bool forward_guarded = false;  ///< likewise of a forward hook
    std::string rule;              ///< the first such rule
};
[[nodiscard]] FirewallListing read_nft_listing(std::string_view text);

/// `apt-cache policy`: what is installed, and what the distribution would install. Packages that are not installed are left out.
struct PackageState {
    std::string installed, candidate;
};
[[nodiscard]] std::map<std::string, PackageState, std::less<>> read_package_policy(std::string_view text);

/// -1, 0 or 1; parts are compared as numbers, and what follows them ("-15+deb12u10") is not compared.
[[nodiscard]] int compare_versions(std::string_view left, std::string_view right);

}  // namespace postern::evidence
