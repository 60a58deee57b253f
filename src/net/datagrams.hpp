// SPDX-License-Identifier: Apache-2.0
// UDP datagrams as they come in, such as a router's syslog (RFC 5426).
#pragma once

#include "net/loop.hpp"
#include "net/socket_address.hpp"

#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/ip/udp.hpp>

#include <memory>
#include <string>

namespace postern::net {

struct Datagram {
    Endpoint from;
    std::string octets;
};

class Datagrams {
public:
    static constexpr std::size_t max_octets =
        8'192;  ///< of one datagram; what is over is cut (RFC 5426 3.2 wants 2,048)

    /// Errors: net.listen.
    [[nodiscard]] static Result<Datagrams> open(Executor executor, const Endpoint& endpoint);
    /// The next one. Errors: net.read, after which the socket is of no use.
    Task<Result<Datagram>> receive();
    void close();

private:
    using Socket = asio::basic_datagram_socket<asio::ip::udp, Executor>;
    explicit Datagrams(Socket socket);
    Socket socket_;
    std::unique_ptr<std::string> octets_ = std::make_unique<std::string>(max_octets, '\0');
};

}  // namespace postern::net
