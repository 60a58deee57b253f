// SPDX-License-Identifier: Apache-2.0
// A connection as protocols here use it: connect or accepted, TCP or unix, in clear or behind TLS; each wait is a Task with its outcome
// as a value.
//
// TCP_NODELAY is always on: every protocol of this program writes one group of octets and waits for the answer, and Nagle with
// delayed acknowledgements would cost 40 ms each time. Bound a Task with `with_deadline`; a cancelled one leaves the stream fit
// for closing only. One reader and one writer at a time.
//
// Octets in clear are read into one buffer of the loop, after the socket became readable: an idle connection holds no buffer. (A
// buffer of 8 KiB in each cost 2.25 times the CPU at 1 MB.)
#pragma once

#include "base/error.hpp"
#include "net/loop.hpp"
#include "net/socket_address.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace postern::net {

class Stream {
public:
    using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;

    explicit Stream(Executor executor);
    /// Accepted by a Listener.
    explicit Stream(Socket accepted);
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) = delete;
    ~Stream();

    /// Errors: net.connect (with the system's reason).
    Task<Result<void>> connect(SocketAddress peer);
    Task<Result<void>> connect(Endpoint peer) { return connect(SocketAddress{peer, {}}); }
    /// The server's side of a TLS handshake. What was read ahead in clear is the caller's offence to find, before this.
    /// `context` outlives the stream. Errors: net.tls.
    Task<Result<void>> start_tls_server(asio::ssl::context& context);
    /// The client's side; `name` is sent as SNI and not verified here (`tls()` tells). Errors: net.tls.
    Task<Result<void>> start_tls_client(asio::ssl::context& context, std::string name);

    /// All of them. Errors: net.write.
    Task<Result<void>> write(std::string octets);
    /// What has come, at least one octet; empty when the peer has ended. Borrowed until the caller's next co_await: consume them in the
    /// task that reads, for whoever awaits it through `with_deadline` goes on only after others may have read. Errors: net.read.
    Task<Result<std::string_view>> read_some();
    /// Errors: net.read, net.closed when the peer ended before `count` octets.
    Task<Result<std::string>> read_exactly(std::size_t count);

    /// Acknowledges what has come at once, for a protocol in which some octets get no answer: a peer with Nagle keeps its next small
    /// write back until then, and a kernel that waits for an answer to carry it does so after 40 ms only.
    void acknowledge();

    /// The peer's address; nothing for unix sockets and closed connections.
    [[nodiscard]] std::optional<Endpoint> peer() const;
    [[nodiscard]] std::optional<Endpoint> local() const;
    [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }
    /// OpenSSL's `SSL*` for what only `net` may ask of it; null in clear.
    [[nodiscard]] void* tls() const;
    /// The descriptor, for socket options such as SO_ORIGINAL_DST and for passing it on; -1 when closed.
    [[nodiscard]] int descriptor();
    void close();

private:
    struct Tls;

    Task<Result<void>> handshake(asio::ssl::context& context, bool server, std::string name);

    Socket socket_;
    std::unique_ptr<Tls> tls_;
};

/// Of the address behind a socket, as this program writes it. Nothing for unix sockets.
[[nodiscard]] std::optional<Endpoint> to_endpoint(const asio::generic::stream_protocol::endpoint& endpoint);
/// For connecting and listening.
[[nodiscard]] asio::generic::stream_protocol::endpoint to_asio(const SocketAddress& address);

}  // namespace postern::net
