// SPDX-License-Identifier: Apache-2.0
// The questions under way to one server, as a machine without sockets or clock: what is sent when, what counts as an answer, what
// is given up and why.
//
// An answer counts only for the port its question left from, with the id and the question asked (RFC 5452). A question unanswered
// is sent again with growing patience until its deadline. How much is under way follows the server (flow.hpp); what does not fit
// waits in order. A truncated answer is asked for over TCP; a server that dislikes EDNS is asked without.
#pragma once

#include "base/error.hpp"
#include "net/asker.hpp"
#include "net/flow.hpp"
#include "net/random.hpp"
#include "wire/dns_message.hpp"

#include <deque>
#include <unordered_map>

namespace postern::net {

/// What a flight wants done. Implementations never call back into the flight from within these.
class FlightWire {
public:
    enum class Sent : std::uint8_t { yes, not_now, nobody_there };

    virtual ~FlightWire() = default;
    /// The port for a new question, counted until `end`.
    virtual std::size_t begin() = 0;
    virtual void end(std::size_t port) = 0;
    virtual Sent send(std::size_t port, std::string_view octets) = 0;
    /// Converse over TCP and report to `Flight::take_tcp`.
    virtual void start_tcp(std::uint16_t id, const dns::Question& question, Clock::time_point deadline) = 0;
};

class Flight {
public:
    using Done = Asker::Done;
    static constexpr std::size_t max_tcp = 32;  ///< conversations at once; further truncated answers wait their turn

    /// `wire` outlives the flight; `label` names the server in answers.
    Flight(FlightWire& wire, std::string label, bool recursion_desired);

    void ask(dns::Question question, Clock::time_point now, Clock::time_point deadline, Done done);
    void take(std::size_t port, std::string_view octets, Clock::time_point now);
    /// The message that came over TCP, without its length; or why none did.
    void take_tcp(std::uint16_t id, const dns::Question& question, const Result<std::string>& octets,
                  Clock::time_point now);
    /// The network reported that nobody listens at the server, for something sent from `port`.
    void nobody_there(std::size_t port);
    /// Resends and gives up; call it every 20 ms or so while not idle().
    void tick(Clock::time_point now);
    /// All that is left, for the caller to end.
    [[nodiscard]] std::vector<std::pair<dns::Question, Done>> take_all();

    [[nodiscard]] bool idle() const { return under_way_.empty() && waiting_.empty(); }
    [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
    [[nodiscard]] const Flow& flow() const { return flow_; }

private:
    enum class Transport : std::uint8_t { udp, tcp_wanted, tcp };

    /// One question from `ask` to `done`.
    struct Pending {
        dns::Question question;
        Clock::time_point asked, deadline, sent, resend;
        Clock::duration patience{};  // until the next try
        Done done;
        std::size_t port = 0;
        int tries = 0;
        int unreachable = 0;  // how often the network said that nobody is there
        Transport transport = Transport::udp;
        bool edns = true;
    };

    void fill_window(Clock::time_point now);
    void send(std::uint16_t id, Pending& pending, Clock::time_point now);
    void take_malformed(std::size_t port, std::string_view octets, const Error& fault, Clock::time_point now);
    void want_tcp(std::uint16_t id, Pending& pending);
    void settle(std::uint16_t id, dns::Answer answer, Clock::time_point now);
    void finish(Pending pending, dns::Answer answer, Clock::time_point now);
    void expire_waiting(Clock::time_point now);
    [[nodiscard]] std::uint16_t unused_id();
    [[nodiscard]] dns::Answer nothing(const dns::Question& question, dns::Outcome outcome, std::string why) const;
    [[nodiscard]] dns::Answer silence(const Pending& pending) const;

    FlightWire& wire_;
    std::string label_;
    bool recursion_desired_;
    Flow flow_;
    RandomIds ids_;
    std::size_t tcp_running_ = 0;
    std::unordered_map<std::uint16_t, Pending> under_way_;  // by message id
    std::deque<Pending> waiting_;
};

}  // namespace postern::net
