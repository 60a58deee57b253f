// SPDX-License-Identifier: Apache-2.0
// What probes elsewhere see of the target: its servers from outside, what they say to RCPT, and a message that arrives there.
#pragma once

#include "app/probe/client.hpp"
#include "audit/evidence.hpp"
#include "audit/target.hpp"

#include <functional>

namespace postern::app {

struct OutsideWishes {
    std::vector<IpAddress> senders;  ///< own addresses that send; never a provider's
    bool try_recipients = false;     ///< proof of control was given: postmaster@ and abuse@ may be tried at RCPT
    std::chrono::milliseconds patience{5'000};
    std::chrono::milliseconds await_message{0};  ///< how long a message of the user's is waited for; 0: not at all
    std::function<void(const std::string&)> progress;
    std::function<void(const std::string&)> say;               ///< a line for the user
    std::function<bool()> interrupted = [] { return false; };  ///< ends the wait for a message
};

/// Everything lands in `evidence.vantages`; a message that arrives becomes the audit's message, if none was given. Where this machine
/// could not look at a server's port 25, the look from outside takes its place.
net::Task<> collect_outside(net::Loop& loop, net::Resolver& resolver, std::vector<probe::VantageAddress> vantages,
                            audit::Evidence& evidence, audit::MailHosts hosts, OutsideWishes wishes);

}  // namespace postern::app
