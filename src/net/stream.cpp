// SPDX-License-Identifier: Apache-2.0
#include "net/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

namespace postern::net {

Task<Result<void>> Stream::connect(Endpoint peer) {
    const auto [fault] = co_await socket_.async_connect({to_asio(peer.address), peer.port}, as_values);
    if (fault)
        co_return fail("net.connect", fmt::format("no connection to {}: {}", peer.to_string(0), fault.message()));
    boost::system::error_code ignored;  // a system without it is slower, not wrong
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return Result<void>{};
}

Task<Result<void>> Stream::write(std::string octets) {
    const auto [fault, written] = co_await asio::async_write(socket_, asio::buffer(octets), as_values);
    if (fault) co_return fail("net.write", fmt::format("the connection broke while writing: {}", fault.message()));
    co_return Result<void>{};
}

Task<Result<std::string>> Stream::read_exactly(std::size_t count) {
    std::string octets(count, '\0');
    const auto [fault, received] = co_await asio::async_read(socket_, asio::buffer(octets), as_values);
    if (fault == asio::error::eof) co_return fail("net.closed", "the peer closed the connection early");
    if (fault) co_return fail("net.read", fmt::format("the connection broke while reading: {}", fault.message()));
    co_return octets;
}

}  // namespace postern::net
