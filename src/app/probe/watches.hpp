// SPDX-License-Identifier: Apache-2.0
// What the probe keeps, in memory only: the open watches with what arrived for each, and the latest connections.
//
// Every number is bounded, whoever talks to it; what finds no room is counted. Nothing survives the process: a probe that is
// restarted has forgotten its watches, and an audit then asks for another.
#pragma once

#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "wire/sink_session.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace postern::app::probe {

/// One connection's outside: who, where, when.
struct Meeting {
    Instant at{};
    std::optional<IpAddress> peer, local;
    std::uint16_t peer_port = 0, local_port = 0;
};

struct Connection {
    Meeting meeting;
    wire::SinkSummary seen;
    std::string_view ended;  ///< "quit", "closed", "time", "limit"
};

struct Arrival {
    Meeting meeting;
    wire::SinkMessage message;
};

struct Watch {
    std::string token;
    std::string owner;  ///< whose control token opened it
    Instant opened{}, expires{};
    std::vector<Arrival> messages;
    std::vector<std::pair<std::string, Connection>> connections;  ///< with the tag by which each is listed
    std::uint64_t left_out = 0;
};

class Watches {
public:
    static constexpr std::size_t max_watches = 500;
    static constexpr std::size_t max_watches_an_owner = 100;
    static constexpr std::size_t max_messages = 200;             ///< a watch
    static constexpr std::size_t max_connections = 400;          ///< a watch
    static constexpr std::size_t max_octets = 32 * 1024 * 1024;  ///< of all messages
    static constexpr std::size_t max_recent = 2'000;             ///< connections without regard to watches

    /// Nothing when there is no room. `twenty_octets` are random.
    [[nodiscard]] const Watch* open(std::string_view twenty_octets, std::string owner, Instant now,
                                    std::chrono::minutes length);
    [[nodiscard]] const Watch* find(std::string_view token, std::string_view owner) const;
    void close(std::string_view token, std::string_view owner);
    /// Forgets what has expired.
    void expire(Instant now);

    [[nodiscard]] bool is_open(std::string_view token) const { return watches_.contains(token); }
    [[nodiscard]] bool keep(const Meeting& meeting, wire::SinkMessage message);
    void ended(Connection connection);
    /// The latest of one address, oldest first; at most 50.
    [[nodiscard]] std::vector<Connection> recent(const IpAddress& peer) const;
    [[nodiscard]] std::size_t octets() const { return octets_; }
    [[nodiscard]] std::size_t size() const { return watches_.size(); }

private:
    using Map = std::map<std::string, Watch, std::less<>>;
    Map::iterator forget(Map::iterator watch);

    Map watches_;
    std::deque<Connection> recent_;
    std::size_t octets_ = 0;
};

}  // namespace postern::app::probe
