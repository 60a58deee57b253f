// SPDX-License-Identifier: Apache-2.0
#include "app/collect/probe_arrivals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::app {

net::Task<std::vector<audit::Arrival>> ProbeArrivals::look(std::string audit) {
    std::vector<audit::Arrival> out;
    const auto seen = co_await client_.read_watch(watch_.token);
    if (!seen) co_return out;  // asked again a moment later; what never comes is reported as not arrived
    for (; messages_ < seen->messages.size(); ++messages_) {
        const audit::SeenMessage& one = seen->messages[messages_];
        out.push_back({.token = token_in(one.octets, audit),
                       .where = client_.address().name,
                       .peer = one.peer.value_or(IpAddress()),
                       .helo = one.helo,
                       .mail_from = one.sender.empty() ? "<>" : one.sender,
                       .recipient = fmt::format("{}", fmt::join(one.recipients, ", ")),
                       .octets = one.octets});
    }
    for (; connections_ < seen->connections.size(); ++connections_) {
        const audit::SeenConnection& one = seen->connections[connections_];
        const bool brought = std::ranges::any_of(seen->messages, [&](const audit::SeenMessage& message) {
            return message.peer == one.peer && message.helo == one.helo;
        });
        if (one.recipients.empty() || brought) continue;
        out.push_back({.token = {},
                       .where = client_.address().name,
                       .peer = one.peer.value_or(IpAddress()),
                       .helo = one.helo,
                       .mail_from = one.sender,
                       .recipient = fmt::format("{}", fmt::join(one.recipients, ", ")),
                       .octets = {},
                       .only_asked = true});
    }
    co_return out;
}

}  // namespace postern::app
