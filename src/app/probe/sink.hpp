// SPDX-License-Identifier: Apache-2.0
// The probe's mail ports: doors, and the sessions behind them (wire/sink_session.hpp says what is said).
//
// Open to the whole internet: sessions, new connections a minute, messages under way and handshakes are bounded, and every wait has
// its end. An idle stranger costs a socket and two small coroutine frames.
#pragma once

#include "app/probe/rates.hpp"
#include "app/probe/watches.hpp"
#include "net/listener.hpp"
#include "net/tls.hpp"

#include <array>
#include <functional>
#include <list>
#include <set>

namespace postern::app::probe {

struct SinkSettings {
    std::string name;
    std::size_t max_sessions = 6'000;    ///< a door
    std::size_t max_tls_sessions = 500;  ///< of all, for each costs forty times as much memory
    std::size_t max_per_address = 20;
    std::size_t max_new_a_minute = 120;       ///< from one address
    std::size_t max_messages_under_way = 64;  ///< with a token, and as many without
    std::chrono::seconds command_wait{60}, message_wait{30}, session_length{300}, handshake_wait{15};
};

struct SinkDoor {
    net::Endpoint place;
    bool implicit_tls = false;
};

class Sink {
public:
    using Now = std::function<Instant()>;

    /// All outlive the sink; `tls` is for STARTTLS and implicit TLS.
    Sink(net::Loop& loop, net::TaskGroup& tasks, Watches& watches, net::TlsContext& tls, SinkSettings settings,
         Now now);

    /// Errors: net.listen.
    [[nodiscard]] Result<void> open(const SinkDoor& door);
    void close();
    /// Takes nobody any more and bids those farewell who are between commands; whoever is in the middle of a message may end it.
    void drain();
    [[nodiscard]] std::size_t sessions() const;

private:
    class Keeper;
    struct Live;
    enum class End : std::uint8_t { quit, closed, time, limit };

    net::Task<> session(net::Stream stream, bool implicit_tls);
    net::Task<End> converse(net::Stream& stream, wire::SinkSession& session, bool implicit_tls);
    net::Task<bool> start_tls(net::Stream& stream, wire::SinkSession& session);
    [[nodiscard]] Meeting meet(const net::Stream& stream) const;

    net::Loop& loop_;
    net::TaskGroup& tasks_;
    Watches& watches_;
    net::TlsContext& tls_;
    SinkSettings settings_;
    Now now_;
    Rates rates_;
    std::list<net::Listener> doors_;
    std::set<Live*> live_;  // each owned by the session that it is of
    bool draining_ = false;
    std::array<std::size_t, 2> under_way_{};  // without a token, with one
    std::size_t tls_sessions_ = 0;
};

}  // namespace postern::app::probe
