// SPDX-License-Identifier: Apache-2.0
#include "net/stream.hpp"

#include "net/scratch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::net {
namespace {

Error broken(const char* code, std::string_view doing, const boost::system::error_code& fault) {
    return {code, fmt::format("the connection broke while {}: {}", doing, fault.message())};
}

}  // namespace

struct Stream::Tls {
    static constexpr std::size_t record = 16 * 1024;  // the largest of TLS (RFC 8446 5.1)

    Tls(Socket& socket, asio::ssl::context& context) : stream(socket, context) {}

    asio::ssl::stream<Socket&> stream;
    std::array<char, record> octets{};  // of its own: records complete at any time, between others' reads
};

std::optional<Endpoint> to_endpoint(const asio::generic::stream_protocol::endpoint& endpoint) {
    const int family = endpoint.protocol().family();
    if (family != AF_INET && family != AF_INET6) return std::nullopt;
    asio::ip::tcp::endpoint tcp;
    if (endpoint.size() > tcp.capacity()) return std::nullopt;
    std::copy_n(reinterpret_cast<const std::byte*>(endpoint.data()), endpoint.size(),
                reinterpret_cast<std::byte*>(tcp.data()));
    asio::ip::address address = tcp.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    if (address.is_v6()) address = asio::ip::address_v6(address.to_v6().to_bytes());  // without the scope
    const auto parsed = IpAddress::parse(address.to_string());
    if (!parsed) return std::nullopt;
    return Endpoint{*parsed, tcp.port()};
}

asio::generic::stream_protocol::endpoint to_asio(const SocketAddress& address) {
    if (address.is_unix()) return asio::local::stream_protocol::endpoint(address.path);
    return asio::ip::tcp::endpoint(to_asio(address.endpoint.address), address.endpoint.port);
}

Stream::Stream(Executor executor) : socket_(executor) {}
Stream::Stream(Socket accepted) : socket_(std::move(accepted)) {
    boost::system::error_code ignored;  // unix sockets have no such option; a system without it is slower, not wrong
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
}
Stream::Stream(Stream&& other) noexcept : socket_(std::move(other.socket_)) {
    // TLS is bound to its socket's place: a stream moves in clear only, before its session begins.
}
Stream::~Stream() = default;

Task<Result<void>> Stream::connect(SocketAddress peer) {
    const auto [fault] = co_await socket_.async_connect(to_asio(peer), as_values);
    if (fault) co_return fail("net.connect", fmt::format("no connection to {}: {}", peer.to_string(), fault.message()));
    boost::system::error_code ignored;  // as above
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    co_return Result<void>{};
}

Task<Result<void>> Stream::start_tls_server(asio::ssl::context& context) { return handshake(context, true, {}); }

Task<Result<void>> Stream::start_tls_client(asio::ssl::context& context, std::string name) {
    return handshake(context, false, std::move(name));
}

Task<Result<void>> Stream::handshake(asio::ssl::context& context, bool server, std::string name) {
    tls_ = std::make_unique<Tls>(socket_, context);
    if (!name.empty()) SSL_set_tlsext_host_name(tls_->stream.native_handle(), name.c_str());
    const auto side = server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
    const auto [fault] = co_await tls_->stream.async_handshake(side, as_values);
    if (fault) co_return fail("net.tls", fmt::format("the TLS handshake failed: {}", fault.message()));
    co_return Result<void>{};
}

Task<Result<void>> Stream::write(std::string octets) {
    if (tls_) {
        const auto [fault, written] = co_await asio::async_write(tls_->stream, asio::buffer(octets), as_values);
        if (fault) co_return std::unexpected(broken("net.write", "writing", fault));
        co_return Result<void>{};
    }
    boost::system::error_code fault;
    std::size_t written = socket_.write_some(asio::buffer(octets), fault);  // mostly all of it, without a wait
    if (fault == asio::error::would_block || fault == asio::error::try_again) fault = {}, written = 0;
    if (!fault && written < octets.size()) {
        const auto [late, rest] = co_await asio::async_write(
            socket_, asio::buffer(octets.data() + written, octets.size() - written), as_values);
        fault = late;
    }
    if (fault) co_return std::unexpected(broken("net.write", "writing", fault));
    co_return Result<void>{};
}

void Stream::acknowledge() {
    boost::system::error_code ignored;  // as above
    socket_.set_option(asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_QUICKACK>(true), ignored);
}

Task<Result<std::string_view>> Stream::read_some() {
    if (tls_) {
        const auto [fault, count] = co_await tls_->stream.async_read_some(asio::buffer(tls_->octets), as_values);
        if (fault == asio::error::eof || fault == asio::ssl::error::stream_truncated) co_return std::string_view{};
        if (fault) co_return std::unexpected(broken("net.read", "reading", fault));
        co_return std::string_view(tls_->octets.data(), count);
    }
    // The wait first, always: it is where other sessions get their turn, once in 64 KiB.
    auto& octets = Scratch::of(socket_.get_executor());
    for (;;) {
        const auto [woken] = co_await socket_.async_wait(Socket::wait_read, as_values);
        if (woken) co_return std::unexpected(broken("net.read", "reading", woken));
        boost::system::error_code fault;
        const std::size_t count = socket_.read_some(asio::buffer(octets), fault);
        if (!fault) co_return std::string_view(octets.data(), count);
        if (fault == asio::error::eof) co_return std::string_view{};
        if (fault != asio::error::would_block && fault != asio::error::try_again)
            co_return std::unexpected(broken("net.read", "reading", fault));
    }
}

Task<Result<std::string>> Stream::read_exactly(std::size_t count) {
    std::string octets(count, '\0');
    const auto [fault, received] = tls_ ? co_await asio::async_read(tls_->stream, asio::buffer(octets), as_values)
                                        : co_await asio::async_read(socket_, asio::buffer(octets), as_values);
    if (fault == asio::error::eof) co_return fail("net.closed", "the peer closed the connection early");
    if (fault) co_return std::unexpected(broken("net.read", "reading", fault));
    co_return octets;
}

std::optional<Endpoint> Stream::peer() const {
    boost::system::error_code fault;
    const auto endpoint = socket_.remote_endpoint(fault);
    return fault ? std::nullopt : to_endpoint(endpoint);
}

std::optional<Endpoint> Stream::local() const {
    boost::system::error_code fault;
    const auto endpoint = socket_.local_endpoint(fault);
    return fault ? std::nullopt : to_endpoint(endpoint);
}

void* Stream::tls() const { return tls_ ? tls_->stream.native_handle() : nullptr; }
int Stream::descriptor() { return socket_.is_open() ? socket_.native_handle() : -1; }

void Stream::close() {
    boost::system::error_code ignored;  // whatever closing says, it is closed
    socket_.shutdown(Socket::shutdown_both, ignored);
    socket_.close(ignored);
}

}  // namespace postern::net
