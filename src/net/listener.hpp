// SPDX-License-Identifier: Apache-2.0
// A door: it listens, and every connection that it admits becomes a session in a task group.
//
// The number of sessions is bounded in all and by address (IPv6 by /64): whoever is over gets the refusal that the protocol has
// for it, at once, and nothing else: no session, no look-up, no log line each. Running out of descriptors or memory is a pause, not an end.
#pragma once

#include "net/stream.hpp"
#include "net/task_group.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <functional>
#include <map>
#include <string>

namespace postern::net {

struct Admission {
    std::size_t most = 2'000;           ///< sessions at once
    std::size_t most_per_address = 20;  ///< of them from one IPv4 address
    std::size_t most_per_network = 40;  ///< of them from one IPv6 /64
    std::string refusal;                ///< written to who is over, then closed: "421 4.7.0 too many connections\r\n"
    /// Addresses whose sessions count only in all (a filtering service's servers, the loopback).
    std::function<bool(const IpAddress&)> exempt;
};

class Listener {
public:
    using Serve = std::function<Task<>(Stream)>;

    struct Options {
        bool shared_port = false;  ///< SO_REUSEPORT: one listener a loop, the kernel spreads the connections
        int unix_mode = 0660;      ///< of the socket's file; an old one is removed if nobody answers on it
        bool transparent = false;  ///< IP_TRANSPARENT, for redirected connections
    };

    /// Errors: net.listen (with the system's reason and, for low ports, the mend).
    [[nodiscard]] static Result<Listener> open(Executor executor, const SocketAddress& address, Options options);
    [[nodiscard]] static Result<Listener> open(Executor executor, const SocketAddress& address) {
        return open(executor, address, Options{});
    }

    /// Until closed or cancelled. `serve` is called with each admitted connection, and what it returns runs in `sessions`, which outlives this.
    Task<> accept(TaskGroup& sessions, Admission admission, Serve serve);
    /// Takes no more; sessions go on. A unix socket's file is removed.
    void close();

    [[nodiscard]] const SocketAddress& address() const {
        return address_;
    }  ///< with the port that was chosen for port 0
    [[nodiscard]] std::size_t sessions() const { return counts_->all; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;
    struct Counts {
        std::size_t all = 0;
        std::map<std::string, std::size_t> by_place;
    };

    Listener(Acceptor acceptor, SocketAddress address) : acceptor_(std::move(acceptor)), address_(std::move(address)) {}
    /// The place that is counted, or nothing when there is no room. "" is never full.
    [[nodiscard]] std::optional<std::string> admit(const Stream& stream, const Admission& admission) const;
    static Task<> session(Task<> served, std::shared_ptr<Counts> counts, std::string place);

    Acceptor acceptor_;
    SocketAddress address_;
    std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();  // the last session is its last holder
    std::uint64_t refused_ = 0;
};

}  // namespace postern::net
