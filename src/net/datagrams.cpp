// SPDX-License-Identifier: Apache-2.0
#include "net/datagrams.hpp"

#include "net/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <fmt/format.h>

namespace postern::net {

Datagrams::Datagrams(Socket socket) : socket_(std::move(socket)) {}

Result<Datagrams> Datagrams::open(Executor executor, const Endpoint& endpoint) {
    const asio::ip::udp::endpoint address(to_asio(endpoint.address), endpoint.port);
    Socket socket(executor);
    boost::system::error_code fault;
    socket.open(address.protocol(), fault);
    if (!fault && endpoint.address.is_v6()) socket.set_option(asio::ip::v6_only(true), fault);
    if (!fault) socket.bind(address, fault);
    if (fault)
        return fail("net.listen",
                    fmt::format("cannot take datagrams on {}: {}", endpoint.to_string(0), fault.message()));
    return Datagrams(std::move(socket));
}

Task<Result<Datagram>> Datagrams::receive() {
    asio::ip::udp::endpoint from;
    const auto [fault, count] = co_await socket_.async_receive_from(asio::buffer(*octets_), from, as_values);
    if (fault) co_return fail("net.read", fmt::format("no more datagrams: {}", fault.message()));
    const auto address = IpAddress::parse(from.address().to_string());
    co_return Datagram{{address.value_or(IpAddress{}), from.port()}, octets_->substr(0, count)};
}

void Datagrams::close() {
    boost::system::error_code ignored;  // whatever closing says, it is closed
    socket_.close(ignored);
}

}  // namespace postern::net
