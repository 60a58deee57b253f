// SPDX-License-Identifier: Apache-2.0
#include "evidence/connection_log.hpp"

#include "evidence/neighbours.hpp"
#include "evidence/scan.hpp"

#include <array>
#include <charconv>

namespace postern::evidence {
namespace {

/// The value of a word such as "SRC=10.0.0.7".
std::string_view word(std::string_view line, std::string_view key) {
    const auto at = line.find(key);
    if (at == line.npos || (at > 0 && line[at - 1] != ' ')) return {};
    return before(line.substr(at + key.size()), " ");
}

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

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

/// "10.0.0.7:50123", "[2001:db8::7]:50123", "10.0.0.7/50123(anna)", "10.0.0.7(50123)": with `mark` in front of the port.
bool read_end(std::string_view text, char mark, IpAddress& address, std::uint16_t& number) {
    const auto at = mark == ':' ? text.rfind(mark) : text.find(mark);
    if (at == text.npos) return false;
    std::string_view host = text.substr(0, at);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto parsed = IpAddress::parse(host);
    number = port(text.substr(at + 1));
    if (!parsed || number == 0) return false;
    address = *parsed;
    return true;
}

std::optional<Connection> read_filterlog(std::string_view line) {
    line = behind(line, "filterlog");
    const auto bracket = line.rfind("] "), colon = line.find(": ");
    const auto begin = bracket != line.npos ? bracket : colon;
    if (begin == line.npos) return std::nullopt;
    std::array<std::string_view, 24> fields;
    std::string_view rest = line.substr(begin + 2);
    for (std::string_view& field : fields) {
        const auto end = rest.find(',');
        field = rest.substr(0, end);
        rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
    }
    const bool v6 = fields[8] == "6";
    // IPv4: ..., 16 protocol, 17 length, 18 source, 19 destination, 20 and 21 their ports. IPv6: 12 protocol, 15 source and so on.
    const std::size_t source = v6 ? 15 : 18;
    if (fields[v6 ? 12 : 16] != "tcp") return std::nullopt;
    const auto from = IpAddress::parse(fields[source]), to = IpAddress::parse(fields[source + 1]);
    Connection out{.source_port = port(fields[source + 2]), .destination_port = port(fields[source + 3])};
    if (!from || !to || out.destination_port == 0) return std::nullopt;
    out.source = *from;
    out.destination = *to;
    out.allowed = fields[6] == "pass";
    return out;
}

std::optional<Connection> read_mikrotik(std::string_view line) {
    const std::string_view ends = before(behind(behind(line, "proto TCP"), ", "), ",");
    Connection out;
    if (!read_end(before(ends, "->"), ':', out.source, out.source_port)) return std::nullopt;
    if (!read_end(behind(ends, "->"), ':', out.destination, out.destination_port)) return std::nullopt;
    out.mac = read_mac(before(behind(line, "src-mac "), ","));
    return out;
}

/// What stands behind the interface's name: "inside:10.0.0.7/50123", "inside/10.0.0.7(50123)".
std::string_view without_interface(std::string_view text, char mark) {
    const auto at = text.find(mark);
    return at == text.npos ? text : text.substr(at + 1);
}

std::optional<Connection> read_cisco(std::string_view line) {
    Connection out;
    bool good = false;
    if (line.contains("Deny tcp src ")) {
        good =
            read_end(without_interface(before(behind(line, "tcp src "), " "), ':'), '/', out.source, out.source_port) &&
            read_end(without_interface(before(behind(line, " dst "), " "), ':'), '/', out.destination,
                     out.destination_port);
    } else if (line.contains("TCP connection denied from ")) {
        good = read_end(before(behind(line, "denied from "), " "), '/', out.source, out.source_port) &&
               read_end(before(behind(line, " to "), " "), '/', out.destination, out.destination_port);
    } else {
        out.allowed = line.contains(" permitted tcp ");
        std::string_view rest = behind(line, out.allowed ? " permitted tcp " : " denied tcp ");
        const std::string_view from = take_word(rest);
        if (take_word(rest) != "->") return std::nullopt;
        good = read_end(without_interface(from, '/'), '(', out.source, out.source_port) &&
               read_end(without_interface(before(rest, " "), '/'), '(', out.destination, out.destination_port);
    }
    return good ? std::optional(out) : std::nullopt;
}

}  // namespace

std::optional<Connection> read_connection_line(std::string_view line) {
    line = line.substr(0, 4'096);
    if (line.contains("filterlog")) return read_filterlog(line);
    if (line.contains("%ASA-") || line.contains("%SEC-6-IPACCESSLOGP")) return read_cisco(line);
    if (line.contains("proto TCP")) return read_mikrotik(line);
    if (line.contains("PROTO=TCP")) {
        auto out = read(line, "SRC=", "DST=", "SPT=", "DPT=");
        // MAC= holds the receiver's six octets, the sender's six, and the type.
        if (const std::string_view mac = word(line, "MAC="); out && mac.size() >= 35)
            out->mac = read_mac(mac.substr(18, 17));
        // From the hook of what this machine itself sends ("log flags skuid").
        if (const std::string_view uid = word(line, "UID="); out && uid.size() <= 10 && is_number(uid)) out->uid = uid;
        return out;
    }
    if (!line.contains(" tcp ")) return std::nullopt;
    auto out = read(line, "src=", "dst=", "sport=", "dport=");
    const auto first = line.find("dport=");
    const auto reply = first == line.npos ? line.npos : line.find(" src=", first);
    if (out) out->allowed = true;
    if (out && reply != line.npos) out->public_port = port(word(line.substr(reply), "dport="));
    return out;
}

}  // namespace postern::evidence
