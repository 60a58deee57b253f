// SPDX-License-Identifier: Apache-2.0
// What a probe was told, checked.
#pragma once

#include "app/cli/command.hpp"
#include "app/probe/token_file.hpp"
#include "base/network.hpp"
#include "net/endpoint.hpp"

namespace postern::app::probe {

struct ProbeSettings {
    std::vector<IpAddress> listen;
    std::vector<IpAddress> addresses;  ///< by which others reach it
    std::vector<std::uint16_t> ports{25, 587, 2525}, tls_ports{465};
    std::uint16_t control_port = 8443;
    std::string name;
    std::vector<Network> targets;
    std::optional<net::Endpoint> port25_control;
    std::size_t max_per_address = 20;
    std::string token_file, certificate, key;  ///< paths
    TokenFile tokens;
    std::string add_token;  ///< a name: only adds a token and says it
};

/// Errors: usage, probe.token_file.
[[nodiscard]] Result<ProbeSettings> read_probe_settings(const Invocation& invocation);

}  // namespace postern::app::probe
