// SPDX-License-Identifier: Apache-2.0
#include "evidence/connection_log.hpp"

#include "evidence/scan.hpp"

#include <charconv>

namespace postern::evidence {
namespace {

/// The value of a word such as "SRC=10.0.0.7".
std::string_view word(std::string_view line, std::string_view key) {
    const auto at = line.find(key);
    if (at == line.npos || (at > 0 && line[at - 1] != ' ')) return {};
    return before(line.substr(at + key.size()), " ");
}

std::uint16_t port(std::string_view text) {
    std::uint16_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::optional<Connection> read(std::string_view line, std::string_view source, std::string_view destination,
                               std::string_view source_port, std::string_view destination_port) {
    const auto from = IpAddress::parse(word(line, source)), to = IpAddress::parse(word(line, destination));
    Connection out{.source_port = port(word(line, source_port)),
                   .destination_port = port(word(line, destination_port))};
    if (!from || !to || out.destination_port == 0) return std::nullopt;
    out.source = *from;
    out.destination = *to;
    return out;
}

}  // namespace

std::optional<Connection> read_connection_line(std::string_view line) {
    line = line.substr(0, 4'096);
    if (line.contains("PROTO=TCP")) {
        auto out = read(line, "SRC=", "DST=", "SPT=", "DPT=");
        // MAC= holds the receiver's six octets, the sender's six, and the type.
        if (const std::string_view mac = word(line, "MAC="); out && mac.size() >= 35) out->mac = mac.substr(18, 17);
        return out;
    }
    if (!line.contains(" tcp ")) return std::nullopt;
    auto out = read(line, "src=", "dst=", "sport=", "dport=");
    const auto first = line.find("dport=");
    const auto reply = first == line.npos ? line.npos : line.find(" src=", first);
    if (out && reply != line.npos) out->public_port = port(word(line.substr(reply), "dport="));
    return out;
}

}  // namespace postern::evidence
