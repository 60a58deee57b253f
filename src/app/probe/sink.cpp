// SPDX-License-Identifier: Apache-2.0
#include "app/probe/sink.hpp"

#include "base/network.hpp"
#include "net/deadline.hpp"

#include <fmt/format.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace postern::app::probe {
namespace {

using Session = wire::SinkSession;

std::string place_of(const std::optional<IpAddress>& peer) {
    if (!peer) return {};
    return peer->is_v4() ? peer->to_string() : Network::around(*peer, 64).to_string();
}

/// Reads once and lets the machine take it, before anybody else reads into the loop's buffer. Nothing: the peer has gone.
net::Task<std::optional<Session::Step>> read_step(net::Stream& stream, Session& session) {
    const auto octets = co_await stream.read_some();
    if (!octets || octets->empty()) co_return std::nullopt;
    co_return session.take(*octets);
}

}  // namespace

/// A session, as draining sees it.
struct Sink::Live {
    Live(Sink& of, net::Stream& its_stream, Session& its_session) : sink(of), stream(its_stream), session(its_session) {
        sink.live_.insert(this);
    }
    ~Live() { sink.live_.erase(this); }
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    Sink& sink;
    net::Stream& stream;
    Session& session;
    bool reading = false;
};

/// The watches as one connection sees them.
class Sink::Keeper : public wire::SinkKeeper {
public:
    Keeper(Sink& sink, const Meeting& meeting) : sink_(sink), meeting_(meeting) {}

    [[nodiscard]] bool is_open(std::string_view token) const override { return sink_.watches_.is_open(token); }
    [[nodiscard]] bool begin_message(bool with_token) override {
        std::size_t& count = sink_.under_way_[with_token ? 1 : 0];
        if (count >= sink_.settings_.max_messages_under_way) return false;
        ++count;
        return true;
    }
    void end_message(bool with_token) override { --sink_.under_way_[with_token ? 1 : 0]; }
    [[nodiscard]] bool keep(wire::SinkMessage message) override {
        Meeting arrival = meeting_;
        arrival.at = sink_.now_();
        return sink_.watches_.keep(arrival, std::move(message));
    }

private:
    Sink& sink_;
    const Meeting& meeting_;
};

Sink::Sink(net::Loop& loop, net::TaskGroup& tasks, Watches& watches, net::TlsContext& tls, SinkSettings settings,
           Now now)
    : loop_(loop),
      tasks_(tasks),
      watches_(watches),
      tls_(tls),
      settings_(std::move(settings)),
      now_(std::move(now)),
      rates_(settings_.max_new_a_minute) {}

Result<void> Sink::open(const SinkDoor& door) {
    auto listener = net::Listener::open(loop_.executor(), {door.place, {}});
    if (!listener) return std::unexpected(listener.error());
    net::Listener& kept = doors_.emplace_back(*std::move(listener));
    const net::Admission admission{
        .most = door.implicit_tls ? settings_.max_tls_sessions : settings_.max_sessions,
        .most_per_address = settings_.max_per_address,
        .most_per_network = settings_.max_per_address * 2,
        .refusal = door.implicit_tls ? "" : fmt::format("421 4.7.0 {} has too many connections\r\n", settings_.name),
        .exempt = {}};
    tasks_.spawn("mail port", kept.accept(tasks_, admission, [this, implicit = door.implicit_tls](net::Stream stream) {
        return session(std::move(stream), implicit);
    }));
    return {};
}

void Sink::close() {
    for (net::Listener& door : doors_) door.close();
}

void Sink::drain() {
    close();
    draining_ = true;
    for (const Live* one : live_) {
        if (!one->reading || one->session.in_message()) continue;
        // Nobody else writes while a session reads. One short line that the socket takes at once, or nobody waits; after an abort on
        // TLS only closing is left.
        const std::string farewell = one->session.going_away();
        if (!one->stream.is_tls())
            (void)send(one->stream.descriptor(), farewell.data(), farewell.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        one->stream.close();
    }
}

std::size_t Sink::sessions() const {
    std::size_t out = 0;
    for (const net::Listener& door : doors_) out += door.sessions();
    return out;
}

Meeting Sink::meet(const net::Stream& stream) const {
    Meeting out{.at = now_(), .peer = {}, .local = {}};
    if (const auto peer = stream.peer()) {
        out.peer = peer->address;
        out.peer_port = peer->port;
    }
    if (const auto local = stream.local()) {
        out.local = local->address;
        out.local_port = local->port;
    }
    return out;
}

net::Task<> Sink::session(net::Stream stream, bool implicit_tls) {
    const Meeting meeting = meet(stream);
    if (!rates_.take(place_of(meeting.peer), net::Clock::now())) {
        if (!implicit_tls)  // a short line that a fresh socket takes at once; if it does not, nobody waits
            (void)co_await net::with_deadline(stream.write("421 4.7.0 too many connections a minute\r\n"),
                                              net::Clock::now() + std::chrono::seconds(1));
        co_return;
    }
    Keeper keeper(*this, meeting);
    Session session({.name = settings_.name, .peer = meeting.peer, .local = meeting.local, .offers_tls = !implicit_tls},
                    keeper);
    const End end = co_await converse(stream, session, implicit_tls);
    constexpr std::array<std::string_view, 4> names{"quit", "closed", "time", "limit"};
    watches_.ended({meeting, session.summary(), names[static_cast<std::size_t>(end)]});
    if (stream.is_tls()) --tls_sessions_;
    stream.close();
}

net::Task<bool> Sink::start_tls(net::Stream& stream, Session& session) {
    ++tls_sessions_;  // counted until the session ends, also when the handshake fails
    const auto shaken =
        co_await net::with_deadline(stream.start_tls_server(tls_.get()), net::Clock::now() + settings_.handshake_wait);
    if (!shaken || !*shaken) co_return false;
    session.tls_started(net::tls_version(stream));
    co_return true;
}

net::Task<Sink::End> Sink::converse(net::Stream& stream, Session& session, bool implicit_tls) {
    const auto last = net::Clock::now() + settings_.session_length;
    if (implicit_tls && !co_await start_tls(stream, session)) co_return End::closed;
    Live live(*this, stream, session);
    Session::Step step = session.greet();
    for (;;) {
        if (step.then == Session::Then::start_tls && tls_sessions_ >= settings_.max_tls_sessions) {
            step.write = "454 4.7.0 too many TLS sessions; try again\r\n";
            step.then = Session::Then::read;
        }
        // A client that does not read its answers is waited for as long as one that says nothing.
        const auto wait = session.in_message() ? settings_.message_wait : settings_.command_wait;
        const auto until = std::min(last, net::Clock::now() + wait);
        if (!step.write.empty()) {
            const auto written = co_await net::with_deadline(stream.write(std::move(step.write)), until);
            if (!written || !*written) co_return written ? End::closed : End::time;
        }
        if (step.then == Session::Then::close) co_return session.summary().said_quit ? End::quit : End::limit;
        if (step.then == Session::Then::start_tls) {
            if (!co_await start_tls(stream, session)) co_return End::closed;
            step = {};
            continue;
        }
        if (draining_ && !session.in_message()) {
            (void)co_await net::with_deadline(stream.write(session.going_away()),
                                              net::Clock::now() + std::chrono::seconds(1));
            co_return End::closed;
        }
        live.reading = true;
        auto next = co_await net::with_deadline(read_step(stream, session), until);
        live.reading = false;
        if (!next) {
            if (!stream.is_tls())  // after an abort on TLS only closing is left
                (void)co_await net::with_deadline(stream.write(session.time_is_up()),
                                                  net::Clock::now() + std::chrono::seconds(2));
            co_return End::time;
        }
        if (!*next) co_return End::closed;
        step = **std::move(next);
    }
}

}  // namespace postern::app::probe
