// SPDX-License-Identifier: Apache-2.0
// The probe's control interface: docs/probe.md, "The control interface", as a function from request to answer.
//
// Who shows no token learns nothing but that one is wanted, and how often a place may guess in a minute is bounded.
#pragma once

#include "app/probe/outward.hpp"
#include "app/probe/token_file.hpp"
#include "app/probe/watches.hpp"
#include "net/http.hpp"

#include <functional>

namespace postern::app::probe {

struct ControlSettings {
    std::string name;
    std::vector<IpAddress> addresses;  ///< by which it is reached; empty: those of the URL's host
    std::vector<std::uint16_t> ports, tls_ports;
    std::size_t most_guesses_a_minute = 10;  ///< from one address
};

class Control {
public:
    /// All outlive the interface. `draw` gives twenty random octets.
    Control(Watches& watches, Outward& outward, const TokenFile& tokens, ControlSettings settings,
            std::function<Instant()> now, std::function<std::string()> draw)
        : watches_(watches),
          outward_(outward),
          tokens_(tokens),
          settings_(std::move(settings)),
          now_(std::move(now)),
          draw_(std::move(draw)),
          guesses_(settings_.most_guesses_a_minute) {}

    net::Task<net::HttpAnswer> answer(net::HttpRequest request, std::optional<IpAddress> peer);

private:
    struct Asked {
        std::string owner, path, query;
        std::optional<IpAddress> peer;
        json::value body;
    };
    [[nodiscard]] Result<std::string> authorise(const net::HttpRequest& request, const std::optional<IpAddress>& peer);
    [[nodiscard]] json::object about(const Asked& asked) const;
    [[nodiscard]] Result<json::object> open_watch(const Asked& asked);
    [[nodiscard]] Result<json::object> read_watch(const Asked& asked) const;
    [[nodiscard]] Result<json::object> connections(const Asked& asked) const;
    [[nodiscard]] json::object watch_head(const Watch& watch) const;
    net::Task<Result<json::object>> route(std::string method, Asked asked);

    Watches& watches_;
    Outward& outward_;
    const TokenFile& tokens_;
    ControlSettings settings_;
    std::function<Instant()> now_;
    std::function<std::string()> draw_;
    Rates guesses_;
};

}  // namespace postern::app::probe
