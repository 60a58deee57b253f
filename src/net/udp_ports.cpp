// SPDX-License-Identifier: Apache-2.0
#include "net/udp_ports.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace postern::net {

struct UdpPorts::Buffers {
    std::array<std::array<char, max_datagram>, batch> octets;
    std::array<iovec, batch> vectors;
    std::array<mmsghdr, batch> messages;

    Buffers() {
        for (std::size_t i = 0; i < batch; ++i) {
            vectors[i] = {octets[i].data(), octets[i].size()};
            messages[i] = {};
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
    }
};

UdpPorts::UdpPorts(Endpoint server, TaskGroup& tasks, Executor executor, OnDatagram on_datagram, OnNobody on_nobody)
    : server_(to_asio(server.address), server.port),
      tasks_(tasks),
      executor_(executor),
      on_datagram_(std::move(on_datagram)),
      on_nobody_(std::move(on_nobody)),
      buffers_(std::make_shared<Buffers>()) {}

std::size_t UdpPorts::begin() {
    // The next port in turn that is not used up; one that is and has nothing under way any more is opened anew.
    std::size_t chosen = next_;
    for (std::size_t tried = 0; tried < count; ++tried) {
        chosen = (next_ + tried) % count;
        Port& port = ports_[chosen];
        if (port.questions < questions_per_port) break;
        if (port.under_way > 0) continue;
        boost::system::error_code ignored;  // closing a socket that failed before changes nothing
        if (port.socket) port.socket->close(ignored);
        port = {};
        break;
    }
    next_ = (chosen + 1) % count;
    ++ports_[chosen].questions;
    ++ports_[chosen].under_way;
    return chosen;
}

bool UdpPorts::open(std::size_t port) {
    auto socket = std::make_shared<Socket>(executor_);
    boost::system::error_code fault;
    socket->open(server_.protocol(), fault);
    if (!fault) socket->connect(server_, fault);
    if (!fault) socket->non_blocking(true, fault);
    if (fault) return false;
    boost::system::error_code ignored;  // a smaller buffer than wished for loses more in bursts, no more
    socket->set_option(asio::socket_base::receive_buffer_size(1 << 20), ignored);
    ports_[port].socket = socket;
    tasks_.spawn("dns udp port", read(port, std::move(socket)));
    return true;
}

UdpPorts::Sent UdpPorts::send(std::size_t port, std::string_view octets) {
    if (!ports_[port].socket && !open(port)) return Sent::nobody_there;
    const auto sent = ::send(ports_[port].socket->native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent >= 0) return Sent::yes;
    switch (errno) {
    case ECONNREFUSED:
    case ENETUNREACH:
    case EHOSTUNREACH: return Sent::nobody_there;
    default: return Sent::not_now;  // a full buffer, a packet that the own firewall drops (EPERM): sent again later
    }
}

Task<> UdpPorts::read(std::size_t port, std::shared_ptr<Socket> socket) {
    for (;;) {
        const auto [fault] = co_await socket->async_wait(Socket::wait_read, as_values);
        if (fault || !socket->is_open()) co_return;
        read_batch(port, socket->native_handle());
    }
}

/// One batch (64 KiB at most), then the loop serves others. The socket's own descriptor, so a datagram of a replaced one cannot
/// be taken for its successor's.
void UdpPorts::read_batch(std::size_t port, int descriptor) {
    const int received = ::recvmmsg(descriptor, buffers_->messages.data(), batch, MSG_DONTWAIT, nullptr);
    if (received < 0) {
        if (errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH) on_nobody_(port);
        return;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(received); ++i) {
        const mmsghdr& message = buffers_->messages[i];
        if ((message.msg_hdr.msg_flags & MSG_TRUNC) == 0)
            on_datagram_(port, {buffers_->octets[i].data(), message.msg_len});
    }
}

void UdpPorts::close() {
    for (Port& port : ports_) {
        boost::system::error_code ignored;  // it is not used again
        if (port.socket) port.socket->close(ignored);
        port.socket.reset();
    }
}

}  // namespace postern::net
