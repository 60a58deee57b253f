// SPDX-License-Identifier: Apache-2.0
#include "net/flight.hpp"

#include "base/instant.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::net {
namespace {

/// Octets of the question section: alike in query and answer (RFC 1035 4.1.2), whatever the answer holds behind it.
bool repeats_question(std::string_view octets, std::uint16_t id, const dns::Question& question) {
    constexpr std::size_t header = 12;
    const std::string query = wire::encode_query(id, question, {.edns = false});
    return octets.size() >= query.size() && octets.substr(0, 2) == std::string_view(query).substr(0, 2) &&
           octets.substr(header, query.size() - header) == std::string_view(query).substr(header);
}

/// A server that knows no EDNS says so in one of these ways (RFC 6891 7).
bool dislikes_edns(dns::Rcode rcode) {
    return rcode == dns::Rcode::format_error || rcode == dns::Rcode::not_implemented;
}

/// An error may come without the question (RFC 1035 leaves it open); data never.
bool answers(const wire::DnsMessage& message, const dns::Question& question) {
    if (!message.response) return false;
    if (message.question) return *message.question == question;
    return message.rcode != dns::Rcode::no_error && message.rcode != dns::Rcode::name_error;
}

}  // namespace

Flight::Flight(FlightWire& wire, std::string label, bool recursion_desired)
    : wire_(wire), label_(std::move(label)), recursion_desired_(recursion_desired) {}

void Flight::ask(dns::Question question, Clock::time_point now, Clock::time_point deadline, Done done) {
    waiting_.push_back({.question = std::move(question), .asked = now, .deadline = deadline, .done = std::move(done)});
    fill_window(now);
}

void Flight::fill_window(Clock::time_point now) {
    while (!waiting_.empty() && under_way_.size() < flow_.window()) {
        const std::uint16_t id = unused_id();
        Pending& pending = under_way_.emplace(id, std::move(waiting_.front())).first->second;
        waiting_.pop_front();
        pending.port = wire_.begin();
        pending.patience = flow_.patience();
        send(id, pending, now);
    }
}

void Flight::send(std::uint16_t id, Pending& pending, Clock::time_point now) {
    const auto query =
        wire::encode_query(id, pending.question, {.recursion_desired = recursion_desired_, .edns = pending.edns});
    if (wire_.send(pending.port, query) == FlightWire::Sent::nobody_there) ++pending.unreachable;
    ++pending.tries;
    pending.sent = now;
    pending.resend = now + pending.patience;
    pending.patience = std::min<Clock::duration>(2 * pending.patience, Flow::most_patience);
}

void Flight::take(std::size_t port, std::string_view octets, Clock::time_point now) {
    auto message = wire::decode_message(octets);
    if (!message) return take_malformed(port, octets, message.error(), now);
    const auto found = under_way_.find(message->id);
    if (found == under_way_.end()) return;  // late, or not ours
    Pending& pending = found->second;
    if (pending.port != port || pending.transport != Transport::udp || !answers(*message, pending.question)) return;
    if (pending.edns && dislikes_edns(message->rcode)) {
        pending.edns = false;
        return send(message->id, pending, now);
    }
    const std::uint16_t id = message->id;
    if (message->truncated) return want_tcp(id, pending);
    settle(id, wire::to_answer(pending.question, *std::move(message)), now);
}

void Flight::take_malformed(std::size_t port, std::string_view octets, const Error& fault, Clock::time_point now) {
    if (octets.size() < 2) return;
    const auto id =
        static_cast<std::uint16_t>(static_cast<unsigned char>(octets[0]) << 8 | static_cast<unsigned char>(octets[1]));
    const auto found = under_way_.find(id);
    if (found == under_way_.end() || found->second.port != port ||
        !repeats_question(octets, id, found->second.question))
        return;
    settle(id, nothing(found->second.question, dns::Outcome::malformed, fmt::format("{}: {}", label_, fault.message)),
           now);
}

void Flight::nobody_there(std::size_t port) {
    for (auto& [id, pending] : under_way_)
        if (pending.port == port && pending.transport == Transport::udp) ++pending.unreachable;
}

void Flight::want_tcp(std::uint16_t id, Pending& pending) {
    pending.transport = Transport::tcp_wanted;
    if (tcp_running_ == max_tcp) return;  // a tick starts it when there is room
    pending.transport = Transport::tcp;
    ++tcp_running_;
    wire_.start_tcp(id, pending.question, pending.deadline);
}

void Flight::take_tcp(std::uint16_t id, const dns::Question& question, const Result<std::string>& octets,
                      Clock::time_point now) {
    --tcp_running_;
    const auto found = under_way_.find(id);
    // The question may have met its deadline meanwhile, and its id may serve another.
    if (found == under_way_.end() || found->second.transport != Transport::tcp || found->second.question != question)
        return;
    if (!octets)
        return settle(
            id,
            nothing(question, dns::Outcome::unreachable,
                    fmt::format("{} truncates its answer and gives none over TCP: {}", label_, octets.error().message)),
            now);
    auto message = wire::decode_message(*octets);
    const bool counts = message && message->id == id && answers(*message, question) && !message->truncated;
    settle(id,
           counts
               ? wire::to_answer(question, *std::move(message))
               : nothing(question, dns::Outcome::malformed, fmt::format("{} answers something else over TCP", label_)),
           now);
}

void Flight::settle(std::uint16_t id, dns::Answer answer, Clock::time_point now) {
    auto node = under_way_.extract(id);
    Pending pending = std::move(node.mapped());
    wire_.end(pending.port);
    if (answer.rcode) flow_.answered(now - pending.sent, pending.tries == 1 && pending.transport == Transport::udp);
    finish(std::move(pending), std::move(answer), now);
    fill_window(now);
}

void Flight::finish(Pending pending, dns::Answer answer, Clock::time_point now) {
    answer.rtt = std::chrono::duration_cast<std::chrono::microseconds>(now - pending.asked);
    answer.resolver = label_;
    pending.done(std::move(answer));
}

void Flight::tick(Clock::time_point now) {
    std::vector<std::uint16_t> ended;  // callbacks may change the table: first look, then act
    for (auto& [id, pending] : under_way_) {
        if (now >= pending.deadline || pending.unreachable >= 2) {
            ended.push_back(id);
        } else if (pending.transport == Transport::tcp_wanted) {
            want_tcp(id, pending);
        } else if (pending.transport == Transport::udp &&
                   (now >= pending.resend || pending.unreachable == pending.tries)) {
            flow_.lost(now);
            send(id, pending, now);
        }
    }
    for (const std::uint16_t id : ended)
        if (const auto found = under_way_.find(id); found != under_way_.end()) settle(id, silence(found->second), now);
    expire_waiting(now);
}

void Flight::expire_waiting(Clock::time_point now) {
    std::vector<Pending> late;
    std::erase_if(waiting_, [&](Pending& pending) {
        if (now < pending.deadline) return false;
        late.push_back(std::move(pending));
        return true;
    });
    for (Pending& pending : late) {
        auto answer = silence(pending);
        finish(std::move(pending), std::move(answer), now);
    }
}

std::vector<std::pair<dns::Question, Flight::Done>> Flight::take_all() {
    std::vector<std::pair<dns::Question, Done>> all;
    for (auto& [id, pending] : under_way_) {
        wire_.end(pending.port);
        all.emplace_back(std::move(pending.question), std::move(pending.done));
    }
    for (Pending& pending : waiting_) all.emplace_back(std::move(pending.question), std::move(pending.done));
    under_way_.clear();
    waiting_.clear();
    return all;
}

std::uint16_t Flight::unused_id() {
    // The window is far below 65,536, so a free one is found soon.
    for (;;)
        if (const auto id = ids_.next(); !under_way_.contains(id)) return id;
}

dns::Answer Flight::nothing(const dns::Question& question, dns::Outcome outcome, std::string why) const {
    return {.question = question, .outcome = outcome, .why = std::move(why), .resolver = label_};
}

dns::Answer Flight::silence(const Pending& pending) const {
    if (pending.unreachable >= 2 || (pending.unreachable > 0 && pending.unreachable >= pending.tries))
        return nothing(pending.question, dns::Outcome::unreachable, fmt::format("nobody answers at {}", label_));
    const auto waited = std::chrono::round<std::chrono::milliseconds>(pending.deadline - pending.asked);
    return nothing(pending.question, dns::Outcome::timed_out,
                   fmt::format("no answer from {} within {}", label_, in_words(waited)));
}

}  // namespace postern::net
