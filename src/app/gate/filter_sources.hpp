// SPDX-License-Identifier: Apache-2.0
// Keeps the filter's allowed sources (M4) fresh: asks the DNS as their TTLs end, tells of every change, and holds one that looks wrong.
//
// A held change comes into force by a reload or restart of the daemon, which is a person's word: what is in force until then is said in
// the log, in an event and in the metrics.
#pragma once

#include "app/serve/role.hpp"
#include "policy/settings.hpp"
#include "policy/source_set.hpp"

#include <functional>
#include <vector>

namespace postern::app {

class FilterSources {
public:
    /// The networks in force; `ready`: every source was learnt at least once.
    using OnChange = std::function<void(std::vector<policy::AllowedSource> allowed, bool ready)>;

    /// `before`: of the configuration that a reload replaces; what it knew of the same sources stays in force.
    FilterSources(Serving serving, const Config& config, OnChange on_change, const FilterSources* before);

    /// Nothing is told any more, and `keep` ends by itself.
    void stop() { stopped_ = true; }
    /// Until cancelled or stopped. Nothing to do when no source needs the DNS.
    net::Task<> keep();
    /// "3 sources, 12 networks, oldest of 2026-11-24T09:30:00Z"
    [[nodiscard]] std::string status() const;

private:
    net::Task<> refresh(net::Resolver& resolver, std::size_t entry);
    void tell(std::size_t entry, policy::SourceSet::Outcome outcome);
    void apply();

    Serving serving_;
    net::ResolverOptions dns_;
    std::chrono::milliseconds patience_;
    policy::SourceSet set_;
    OnChange on_change_;
    bool stopped_ = false;
    store::Series &networks_, &held_, &problems_;
};

}  // namespace postern::app
