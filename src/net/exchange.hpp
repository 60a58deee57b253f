// SPDX-License-Identifier: Apache-2.0
// The small exchange with one named server: UDP, TCP when an answer is truncated, with the server's real rcode and flags.
//
// It serves `--resolver`, the system's resolver, stub zones, and the question why a list's server failed (libunbound gives one
// code for refusal, lameness and silence). What is sent and what counts is decided by `Flight`; this is its sockets and its clock.
#pragma once

#include "net/flight.hpp"
#include "net/udp_ports.hpp"

namespace postern::net {

class Exchange final : public Asker, private FlightWire {
public:
    struct Options {
        std::string label;              ///< how answers name this server; empty: its address
        bool recursion_desired = true;  ///< false for a stub zone's own server
    };

    Exchange(Loop& loop, Endpoint server, Options options);

    void ask(dns::Question question, Clock::time_point deadline, Done done) override;
    void abandon(std::string why) override;
    Task<> close() override;
    [[nodiscard]] std::string_view name() const override { return label_; }

private:
    std::size_t begin() override { return ports_.begin(); }
    void end(std::size_t port) override { ports_.ended(port); }
    Sent send(std::size_t port, std::string_view octets) override { return ports_.send(port, octets); }
    void start_tcp(std::uint16_t id, const dns::Question& question, Clock::time_point deadline) override;

    Task<> over_tcp(std::uint16_t id, dns::Question question, Clock::time_point deadline);
    Task<> tick();

    Loop& loop_;
    Endpoint server_;
    std::string label_;
    bool recursion_desired_;
    TaskGroup tasks_;
    UdpPorts ports_;
    Flight flight_;
    Timer ticker_;
    bool ticking_ = false;
    bool closed_ = false;
    std::string abandoned_;  // why, once abandoned
};

}  // namespace postern::net
