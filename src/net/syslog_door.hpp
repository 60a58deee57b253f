// SPDX-License-Identifier: Apache-2.0
// Takes syslog at one address, over UDP (RFC 5426) and over TCP (RFC 6587), and gives each message to its owner.
//
// Anybody can send either; whom to believe is asked of the owner for each datagram and each connection. Connections are few, for a
// router holds one; a silent one is kept long, for a router that denies nobody has nothing to say, and the first message after a lost
// connection is lost with it.
#pragma once

#include "net/datagrams.hpp"
#include "net/listener.hpp"

#include <functional>
#include <string_view>

namespace postern::net {

class SyslogDoor {
public:
    static constexpr std::size_t max_connections = 64;
    static constexpr std::size_t max_per_address = 8;
    static constexpr auto idle = std::chrono::hours(24);

    struct Owner {
        std::function<bool(const IpAddress& from)> believes;
        std::function<void(const IpAddress& from, std::string_view message)> take;
    };

    /// Errors: net.listen.
    [[nodiscard]] static Result<SyslogDoor> open(Executor executor, const Endpoint& endpoint);
    /// Starts hearing in `tasks`. This, and what `owner` holds, outlive them.
    void hear(TaskGroup& tasks, Owner owner);
    /// Takes no more; connections end with their group.
    void close();
    /// With the port that was chosen for port 0.
    [[nodiscard]] const SocketAddress& address() const { return connections_.address(); }

private:
    SyslogDoor(Datagrams datagrams, Listener connections)
        : datagrams_(std::move(datagrams)), connections_(std::move(connections)) {}
    Task<> hear_datagrams(Owner owner);

    Datagrams datagrams_;
    Listener connections_;
};

/// One connection to its end, from somebody who is believed.
Task<> hear_syslog(Stream stream, IpAddress from, SyslogDoor::Owner owner);

}  // namespace postern::net
