// SPDX-License-Identifier: Apache-2.0
// The intrusive part of an audit, from consent to what arrived.
#pragma once

#include "app/audit/active_settings.hpp"
#include "app/collect/speak.hpp"
#include "audit/active/consent.hpp"
#include "audit/active/plan.hpp"
#include "audit/target.hpp"
#include "net/resolver.hpp"

#include <functional>

namespace postern::app {

/// What consent is asked about: the servers found, this machine, and the word that the record must hold.
[[nodiscard]] audit::ConsentQuestion consent_question(const ActiveSettings& settings, const audit::Evidence& evidence,
                                                      const audit::MailHosts& hosts,
                                                      const std::vector<audit::SharedHosts>& shared);

struct ActiveJob {
    const ActiveSettings& settings;
    audit::Evidence& evidence;
    audit::MailHosts hosts;
    std::vector<audit::SharedHosts> shared;
    std::set<std::string, std::less<>> checks;
    std::function<void(const std::string&)> progress;
    net::Resolver& resolver;  ///< finds the probe
    std::vector<std::string>& notes;
    Interrupt& interrupt;  ///< when it comes, nothing more is tried, and what arrived so far is looked at once
};

/// Says what will be done, asks on a terminal, does it, waits for arrivals; all of it lands in `evidence.active`. Consent was given.
net::Task<> try_actively(net::Loop& loop, ActiveJob& job);

}  // namespace postern::app
