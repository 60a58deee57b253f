// SPDX-License-Identifier: Apache-2.0
// The hops of one message, newest first, and which of them the receiver itself wrote.
//
// Anybody can put Received lines below those of the server that took the message. Trusted are the topmost line, and each one
// below as long as the line above says that the receiver's own host handed the message on. The last trusted line names the
// address the message really came from.
#pragma once

#include "base/ip_address.hpp"
#include "wire/message.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::evidence {

struct Hop {
    std::string helo;  ///< what the client called itself
    std::string rdns;  ///< its reverse name as the server saw it; empty: none
    std::optional<IpAddress> ip;
    std::string by;    ///< the server that wrote the line
    std::string with;  ///< "ESMTPS"
    bool tls = false;
    std::string raw;  ///< unfolded
};
/// "from HELO (RDNS [IP]) by HOST with ESMTPS id ...; date", and the wordings of Exim, Google and Microsoft.
[[nodiscard]] Hop read_received(std::string_view value);

struct Trace {
    std::vector<Hop> hops;     ///< all, newest first, at most 100
    std::optional<Hop> entry;  ///< where the message came into the receiver's hands; nothing: it cannot be told
};
[[nodiscard]] Trace read_trace(const wire::Message& message);

}  // namespace postern::evidence
