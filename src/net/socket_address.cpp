// SPDX-License-Identifier: Apache-2.0
#include "net/socket_address.hpp"

namespace postern::net {

Result<SocketAddress> SocketAddress::parse(std::string_view text, std::uint16_t default_port) {
    constexpr std::size_t longest_path = 107;  // sun_path, with its closing zero
    if (text.starts_with("unix:")) {
        const std::string_view path = text.substr(5);
        if (!path.starts_with('/') || path.size() > longest_path)
            return fail("endpoint.malformed", "behind unix: stands a whole path of at most 107 octets");
        return SocketAddress{{}, std::string(path)};
    }
    std::string bare(text);
    if (const auto close = bare.find(']'); bare.starts_with('[') && close != bare.npos) {
        bare.erase(close, 1);
        bare.erase(0, 1);
    }
    const auto endpoint = Endpoint::parse(bare, default_port);
    if (!endpoint) return std::unexpected(endpoint.error());
    return SocketAddress{*endpoint, {}};
}

std::string SocketAddress::to_string() const { return is_unix() ? "unix:" + path : endpoint.to_string(0); }

}  // namespace postern::net
