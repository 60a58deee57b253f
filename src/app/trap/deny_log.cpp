// SPDX-License-Identifier: Apache-2.0
#include "app/trap/deny_log.hpp"

#include "evidence/connection_log.hpp"

#include <algorithm>

namespace postern::app {

std::optional<IpAddress> DenyLog::take(std::string_view line, Instant otherwise, egress::OffenderBook& book) {
    if (line.starts_with('<')) {  // the priority of RFC 5424 and of its forebear, and the former's version
        line.remove_prefix(std::min(line.find('>'), line.size() - 1) + 1);
        if (line.starts_with("1 ")) line.remove_prefix(2);
    }
    const auto connection = evidence::read_connection_line(line);
    if (!connection || connection->allowed || !options_.ports.contains(connection->destination_port))
        return std::nullopt;
    const auto is_source = [&](const Network& network) { return network.contains(connection->source); };
    if (std::ranges::any_of(options_.mail_servers, is_source)) return std::nullopt;
    const auto stamp = options_.live ? std::nullopt : clock_.take(line);
    egress::Identity identity;
    identity.mac = connection->mac;
    if (!connection->uid.empty()) identity.user = "uid " + connection->uid;
    book.note({.at = stamp ? stamp->at : otherwise,
               .source = connection->source,
               .source_port = connection->source_port,
               .destination = connection->destination,
               .destination_port = connection->destination_port},
              identity);
    return connection->source;
}

}  // namespace postern::app
