// SPDX-License-Identifier: Apache-2.0
// A few connected UDP sockets to one server, each on a port of the kernel's random choice, replaced after some thousand questions.
//
// An answer forged from elsewhere must guess which port, and for how long it stays one (RFC 5452 9.2). Datagrams are read in
// batches into one buffer, for a whole batch costs what one read costs.
#pragma once

#include "net/endpoint.hpp"
#include "net/flight.hpp"
#include "net/task_group.hpp"

#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <memory>
#include <string_view>

namespace postern::net {

class UdpPorts {
public:
    static constexpr std::size_t count = 8;
    static constexpr std::size_t questions_per_port = 4'096;
    static constexpr std::size_t max_datagram = 2'048;  ///< we announce 1,232; longer ones are dropped
    static constexpr std::size_t batch = 32;

    using Sent = FlightWire::Sent;
    using OnDatagram = std::move_only_function<void(std::size_t port, std::string_view octets)>;
    /// The network reported that nobody listens at the server (ICMP), for something sent from this port.
    using OnNobody = std::move_only_function<void(std::size_t port)>;

    UdpPorts(Endpoint server, TaskGroup& tasks, Executor executor, OnDatagram on_datagram, OnNobody on_nobody);

    /// The port for a new question: counted until `ended` is called for it.
    [[nodiscard]] std::size_t begin();
    void ended(std::size_t port) { --ports_[port].under_way; }
    [[nodiscard]] Sent send(std::size_t port, std::string_view octets);
    void close();

private:
    using Socket = asio::basic_datagram_socket<asio::ip::udp, Executor>;

    struct Port {
        std::shared_ptr<Socket> socket;  // last holder: its reading task
        std::size_t questions = 0;
        std::size_t under_way = 0;
    };
    struct Buffers;

    bool open(std::size_t port);
    Task<> read(std::size_t port, std::shared_ptr<Socket> socket);
    void read_batch(std::size_t port, int descriptor);

    asio::ip::udp::endpoint server_;
    TaskGroup& tasks_;
    Executor executor_;
    OnDatagram on_datagram_;
    OnNobody on_nobody_;
    std::array<Port, count> ports_;
    std::size_t next_ = 0;
    std::shared_ptr<Buffers> buffers_;  // last holder: this object (incomplete type here)
};

}  // namespace postern::net
