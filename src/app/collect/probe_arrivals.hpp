// SPDX-License-Identifier: Apache-2.0
// What arrived at a probe (docs/probe.md): messages, and connections that only asked for the address.
#pragma once

#include "app/collect/arrivals.hpp"
#include "app/probe/client.hpp"

namespace postern::app {

class ProbeArrivals : public ArrivalSource {
public:
    ProbeArrivals(probe::Client& client, probe::OpenWatch watch) : client_(client), watch_(std::move(watch)) {}
    net::Task<std::vector<audit::Arrival>> look(std::string audit) override;

private:
    probe::Client& client_;
    probe::OpenWatch watch_;
    std::size_t messages_ = 0, connections_ = 0;  // seen before
};

}  // namespace postern::app
