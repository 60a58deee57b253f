// SPDX-License-Identifier: Apache-2.0
#include "net/original_destination.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

namespace postern::net {
namespace {

// linux/netfilter_ipv4.h and netfilter_ipv6/ip6_tables.h; the headers themselves clash with netinet/in.h.
constexpr int so_original_dst = 80;

}  // namespace

std::optional<Endpoint> original_destination(Stream& stream) {
    const auto local = stream.local();
    if (!local) return std::nullopt;
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    const int level = local->address.is_v4() ? SOL_IP : SOL_IPV6;
    if (getsockopt(stream.descriptor(), level, so_original_dst, &storage, &size) != 0) return std::nullopt;
    // The kernel leaves the length as it was asked.
    size = storage.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    const asio::generic::stream_protocol::endpoint endpoint(&storage, size);
    const auto original = to_endpoint(endpoint);
    if (!original || *original == *local) return std::nullopt;
    return original;
}

}  // namespace postern::net
