// SPDX-License-Identifier: Apache-2.0
#include "net/syslog_door.hpp"

#include "net/deadline.hpp"
#include "wire/syslog_frames.hpp"

namespace postern::net {
namespace {

/// False: the connection is over. Octets are used before anything else is awaited: they lie in the loop's own buffer.
Task<bool> hear_some(Stream& stream, const IpAddress& from, wire::SyslogFrames& frames,
                     const SyslogDoor::Owner& owner) {
    const auto octets = co_await stream.read_some();
    if (!octets || octets->empty()) co_return false;
    frames.feed(*octets, [&](std::string_view message) { owner.take(from, message); });
    co_return true;
}

Task<> admit(Stream stream, SyslogDoor::Owner owner) {
    const auto peer = stream.peer();
    if (!peer || !owner.believes(peer->address)) co_return;
    co_await hear_syslog(std::move(stream), peer->address, std::move(owner));
}

}  // namespace

Task<> hear_syslog(Stream stream, IpAddress from, SyslogDoor::Owner owner) {
    wire::SyslogFrames frames;
    for (;;) {
        const auto more =
            co_await with_deadline(hear_some(stream, from, frames, owner), Clock::now() + SyslogDoor::idle);
        if (!more.value_or(false)) break;
    }
    frames.end([&](std::string_view message) { owner.take(from, message); });
}

Result<SyslogDoor> SyslogDoor::open(Executor executor, const Endpoint& endpoint) {
    auto connections = Listener::open(executor, {endpoint, {}});
    if (!connections) return std::unexpected(connections.error());
    auto datagrams = Datagrams::open(executor, connections->address().endpoint);
    if (!datagrams) return std::unexpected(datagrams.error());
    return SyslogDoor(*std::move(datagrams), *std::move(connections));
}

void SyslogDoor::hear(TaskGroup& tasks, Owner owner) {
    const Admission admission{.most = max_connections,
                              .most_per_address = max_per_address,
                              .most_per_network = max_per_address,
                              .refusal = {},
                              .exempt = {}};
    tasks.spawn("syslog.tcp", connections_.accept(tasks, admission,
                                                  [owner](Stream stream) { return admit(std::move(stream), owner); }));
    tasks.spawn("syslog.udp", hear_datagrams(std::move(owner)));
}

Task<> SyslogDoor::hear_datagrams(Owner owner) {
    for (;;) {
        const auto datagram = co_await datagrams_.receive();
        if (!datagram) co_return;
        if (owner.believes(datagram->from.address)) owner.take(datagram->from.address, datagram->octets);
    }
}

void SyslogDoor::close() {
    datagrams_.close();
    connections_.close();
}

}  // namespace postern::net
