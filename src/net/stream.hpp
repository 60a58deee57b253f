// SPDX-License-Identifier: Apache-2.0
// A TCP connection as protocols here use it: connect, write all, read exactly, each as a Task with its outcome as a value.
//
// TCP_NODELAY is always on: every protocol of this program writes one group of octets and waits for the answer, and Nagle with
// delayed acknowledgements would cost 40 ms each time. Bound a Task with `with_deadline`; a cancelled one leaves the stream fit
// for closing only.
#pragma once

#include "base/error.hpp"
#include "net/endpoint.hpp"
#include "net/loop.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace postern::net {

class Stream {
public:
    explicit Stream(Executor executor) : socket_(executor) {}

    /// Errors: net.connect (with the system's reason).
    Task<Result<void>> connect(Endpoint peer);
    /// Errors: net.write.
    Task<Result<void>> write(std::string octets);
    /// Errors: net.read, net.closed when the peer ended before `count` octets.
    Task<Result<std::string>> read_exactly(std::size_t count);

private:
    asio::basic_stream_socket<asio::ip::tcp, Executor> socket_;
};

}  // namespace postern::net
