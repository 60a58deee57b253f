// SPDX-License-Identifier: Apache-2.0
// What the probe does outward on behalf of an audit: looks, and tries of recipients, at addresses that its owner allowed.
//
// Few at once and few a minute, for a lent probe must not become a weapon. Whether its network lets it out to port 25 at all is
// proved by a server that its owner named, or by any that answered: without that proof, silence says nothing about a server.
#pragma once

#include "app/probe/rates.hpp"
#include "base/json.hpp"
#include "base/network.hpp"
#include "net/endpoint.hpp"
#include "net/loop.hpp"

#include <optional>
#include <vector>

namespace postern::app::probe {

struct OutwardSettings {
    std::string name;  ///< what it calls itself
    std::vector<Network> targets;
    std::optional<net::Endpoint> control;  ///< answers on port 25, as its owner knows
    std::size_t most_at_once = 16;
    std::size_t most_a_minute = 240, most_a_target = 40;
    std::chrono::seconds patience{20};
};

class Outward {
public:
    Outward(net::Loop& loop, OutwardSettings settings)
        : loop_(loop),
          settings_(std::move(settings)),
          all_(settings_.most_a_minute),
          target_(settings_.most_a_target) {}

    /// Asks the control server, if one was named: at the start, each minute until it answered, then hourly. Until cancelled.
    net::Task<> watch_port25();
    /// Errors: probe.malformed, probe.not_allowed, probe.cannot, probe.busy.
    net::Task<Result<json::object>> look(json::value request);
    net::Task<Result<json::object>> recipients(json::value request);

    [[nodiscard]] std::string_view port25() const { return port25_; }
    [[nodiscard]] const std::string& port25_why() const { return why_; }
    [[nodiscard]] const std::vector<Network>& targets() const { return settings_.targets; }

private:
    struct Turn;
    [[nodiscard]] Result<net::Endpoint> admit(const json::value& request);
    void learn(const net::Endpoint& server, bool answered);
    net::Task<> ask_control();

    net::Loop& loop_;
    OutwardSettings settings_;
    Rates all_, target_;
    std::size_t at_once_ = 0;
    std::string_view port25_ = "unknown";
    std::string why_ = "no server that answers on port 25 was named (--port25-control) or met";
};

}  // namespace postern::app::probe
