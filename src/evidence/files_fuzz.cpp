// SPDX-License-Identifier: Apache-2.0
// Every parser of files and tools, and the traces of messages, over one input.
#include "evidence/connection_log.hpp"
#include "evidence/dmarc_report.hpp"
#include "evidence/exchange_log.hpp"
#include "evidence/exim_config.hpp"
#include "evidence/host.hpp"
#include "evidence/leases.hpp"
#include "evidence/neighbours.hpp"
#include "evidence/postfix_config.hpp"
#include "evidence/received_trace.hpp"
#include "evidence/unpack.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 9) {
    case 0: {
        const auto config = evidence::read_postfix_config(text, text);
        for (const auto& [name, value] : config.parameters) (void)config.get(name);
        break;
    }
    case 1: (void)evidence::read_exim_config(text, text, text); break;
    case 2: (void)evidence::read_opensmtpd_config(text, text); break;
    case 3: (void)evidence::read_dmarc_file(text); break;
    case 4: {
        (void)evidence::read_socket_table(text);
        (void)evidence::read_users(text);
        (void)evidence::read_clamav_version(text);
        (void)evidence::read_nft_listing(text);
        (void)evidence::read_package_policy(text);
        (void)evidence::read_connection_line(text);
        break;
    }
    case 5:
        if (const auto message = wire::parse_message(wire::from_file(text))) (void)evidence::read_trace(*message);
        break;
    case 8: {
        evidence::Neighbours out;
        (void)evidence::read_neighbour_messages(text, out);
        (void)evidence::read_arp_table(text);
        (void)evidence::read_ip_neigh(text);
        (void)evidence::read_leases(text);
        break;
    }
    case 6: (void)evidence::unpack(text, {.octets = 1'000'000, .members = 20}); break;
    default: {
        evidence::ExchangeLog log;
        (void)log.read(
            "#Fields: "
            "date-time,client-ip,server-ip,source,event-id,network-message-id,recipient-address,sender-address");
        (void)log.read(text);
    }
    }
    return 0;
}
