// SPDX-License-Identifier: Apache-2.0
#include "wire/proxy_connect.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using postern::wire::ProxyConnect;
    if (size < 2) return 0;
    const auto ip = *postern::IpAddress::parse(data[0] % 2 == 0 ? "192.0.2.1" : "2001:db8::1");
    ProxyConnect connect(data[0] % 4 < 2 ? ProxyConnect::Kind::socks5 : ProxyConnect::Kind::http, ip, 25);
    std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
    while (!input.empty()) {
        const std::string_view part = input.substr(0, 1U + data[1]);
        input.remove_prefix(part.size());
        const auto step = connect.take(part);
        if (!step || step->connected) break;
    }
    return 0;
}
