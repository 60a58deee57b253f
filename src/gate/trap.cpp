// SPDX-License-Identifier: Apache-2.0
#include "gate/trap.hpp"

#include "net/deadline.hpp"
#include "net/original_destination.hpp"

#include <algorithm>
#include <bit>

namespace postern::gate {
namespace {

using egress::Speech;
using net::Clock;
using wire::TrapKind;
using wire::TrapSession;

constexpr std::size_t linger_octets = 256 * 1024;
/// One more at `key`, until it goes.
template <class Key>
class Held {
public:
    Held(std::map<Key, std::size_t>& counts, const Key& key) : counts_(counts), key_(key) { ++counts_[key_]; }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() {
        const auto count = counts_.find(key_);
        if (--count->second == 0) counts_.erase(count);
    }

private:
    std::map<Key, std::size_t>& counts_;
    Key key_;
};

template <class Key>
std::size_t count_of(const std::map<Key, std::size_t>& counts, const Key& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0 : found->second;
}

/// Between two looks at who is due: a crowd of new offenders is told of in groups.
constexpr auto tell_pause = std::chrono::milliseconds(50);
/// A known offender that goes on after its hour is told of within this.
constexpr std::chrono::milliseconds look_again{10'000};

struct Heard {
    std::string say;
    bool close = false, ended = false;
};

/// Octets are used before anything else is awaited: they lie in the loop's own buffer.
net::Task<Heard> hear_some(net::Stream& stream, TrapSession& session, Clock::time_point begun) {
    const auto octets = co_await stream.read_some();
    if (!octets || octets->empty()) co_return Heard{{}, true, true};  // or the deadline came: the caller knows
    auto step = session.take(*octets, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun));
    co_return Heard{std::move(step.say), step.close, false};
}

net::Task<bool> hear_all(net::Stream& stream, TrapSession& session, Clock::time_point begun) {
    for (;;) {
        Heard heard = co_await hear_some(stream, session, begun);
        if (!heard.say.empty() && !co_await stream.write(std::move(heard.say))) co_return false;
        if (heard.close) co_return !heard.ended;
    }
}

/// A close with octets unread would take the last reply from the peer.
net::Task<bool> read_away(net::Stream& stream) {
    std::size_t left = linger_octets;
    for (;;) {
        const auto octets = co_await stream.read_some();
        if (!octets || octets->empty() || octets->size() >= left) co_return true;
        left -= octets->size();
    }
}

Speech speech_of(TrapKind kind) {
    switch (kind) {
    case TrapKind::silent: return Speech::silent;
    case TrapKind::smtp: return Speech::smtp;
    case TrapKind::tls: return Speech::tls;
    case TrapKind::http: return Speech::http;
    case TrapKind::socks: return Speech::socks;
    case TrapKind::text:
    case TrapKind::endless:
    case TrapKind::slow: return Speech::junk;
    case TrapKind::proxy:
    case TrapKind::ssh:
    case TrapKind::binary: break;
    }
    return Speech::other;
}

}  // namespace

egress::Conversation to_conversation(const wire::TrapFindings& found) {
    return {.speech = speech_of(found.kind),
            .first = found.first,
            .server_name = found.server_name,
            .helo = found.helo,
            .sender = found.sender,
            .recipients = found.recipients,
            .recipient_count = found.recipient_count,
            .message_count = found.message_count,
            .subject = found.subject,
            .mailer = found.mailer,
            .spoke_first = found.spoke_first,
            .pipelined = found.pipelined,
            .quit = found.quit,
            .corrected = found.corrected,
            .asked_login = found.asked_login,
            .lines = found.lines,
            .paused_lines = found.paused_lines};
}

Trap::Counted Trap::count_in(store::Metrics& metrics) {
    Counted out{
        metrics.counter("postern_trap_connections_total", "Redirected connections to port 25."),
        metrics.counter("postern_trap_refused_total", "Connections beyond somebody's share, let go unheard."),
        metrics.counter("postern_trap_strangers_total", "Connections that no rule had redirected, closed at once."),
        metrics.counter("postern_trap_incidents_total", "Incidents that people were told of."),
        metrics.gauge("postern_trap_conversations", "Conversations at present."),
        metrics.gauge("postern_trap_offenders", "Offenders on record."),
        {}};
    for (std::size_t i = 0; i < out.speeches.size(); ++i)
        out.speeches[i] = &metrics.counter("postern_trap_speech_total", "Conversations by what was spoken.",
                                           {{"speech", std::string(egress::to_string(static_cast<Speech>(i)))}});
    return out;
}

Trap::Trap(net::Executor executor, TrapOptions options, TrapHooks hooks, store::Metrics& metrics)
    : executor_(executor),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      counted_(count_in(metrics)),
      book_(options_.book),
      wake_(executor, Clock::time_point::max()) {}

void Trap::change(TrapOptions options) {
    options_ = std::move(options);
    book_.change(options_.book);
}

bool Trap::has_room_for(const IpAddress& source) const {
    return conversations_ < options_.most && count_of(live_, source) < options_.most_per_address &&
           count_of(live_networks_, egress::OffenderBook::network_of(source)) <
               std::max<std::size_t>(options_.most / 2, 1);
}

void Trap::note(const egress::Attempt& attempt) {
    counted_.connections.add();
    (void)book_.note(attempt);
    look_at(attempt.source);
}

void Trap::look_at(const IpAddress& source) {
    counted_.offenders.set(static_cast<std::int64_t>(book_.size()));
    const egress::Offender* offender = book_.find(source);
    if (offender == nullptr) return;
    if (offender->attempts == 1) wake_.cancel();
    // A lease may come later than the first attempt, a name later still: asked again, ever more rarely.
    if (std::has_single_bit(offender->attempts)) hooks_.ask(source);
}

void Trap::note_elsewhere(const std::function<std::optional<IpAddress>(egress::OffenderBook&)>& note) {
    if (const auto source = note(book_)) look_at(*source);
}

void Trap::identify(const IpAddress& source, const egress::Identity& identity) { book_.identify(source, identity); }

net::Task<> Trap::serve(net::Stream stream) {
    const auto peer = stream.peer();
    if (!peer) co_return;
    const auto wanted = net::original_destination(stream);
    if (!wanted && !options_.direct) {
        counted_.strangers.add();
        co_return;
    }
    egress::Attempt attempt{.at = hooks_.now(), .source = peer->address, .source_port = peer->port};
    if (wanted) {
        attempt.destination = wanted->address;
        attempt.destination_port = wanted->port;
    }
    co_await hear(std::move(stream), attempt);
}

net::Task<> Trap::hear(net::Stream stream, egress::Attempt attempt) {
    note(attempt);
    if (!has_room_for(attempt.source)) {
        counted_.refused.add();
        book_.note_refused(attempt.source);
        (void)co_await net::with_deadline(stream.write("421 4.7.0 too many connections\r\n"),
                                          Clock::now() + options_.early);
        co_return;
    }
    const Held by_address(live_, attempt.source);
    const Held by_network(live_networks_, egress::OffenderBook::network_of(attempt.source));
    struct Count {
        Trap& trap;
        explicit Count(Trap& of) : trap(of) {
            trap.counted_.conversations.set(static_cast<std::int64_t>(++trap.conversations_));
        }
        Count(const Count&) = delete;
        Count& operator=(const Count&) = delete;
        ~Count() { trap.counted_.conversations.set(static_cast<std::int64_t>(--trap.conversations_)); }
    } const count(*this);
    TrapSession session(options_.name);
    co_await converse(stream, session);
    const egress::Conversation said = to_conversation(session.findings());
    counted_.speeches[static_cast<std::size_t>(said.speech)]->add();
    book_.note(attempt.source, said);
}

net::Task<> Trap::converse(net::Stream& stream, TrapSession& session) {
    const auto begun = Clock::now();
    auto heard = co_await net::with_deadline(hear_some(stream, session, begun), begun + options_.early);
    if (!heard) {
        if (!co_await stream.write(session.greeting())) co_return;
        heard = co_await net::with_deadline(hear_some(stream, session, begun), begun + options_.first);
    }
    if (!heard || heard->ended) {
        session.end(heard ? TrapSession::End::peer : TrapSession::End::time);
        co_return;
    }
    const auto deadline = Clock::now() + options_.whole;
    if (!heard->say.empty()) {
        const auto written = co_await net::with_deadline(stream.write(std::move(heard->say)), deadline);
        if (!written || !*written) co_return;
    }
    bool answered = heard->close && !heard->ended;
    if (!heard->close) {
        const auto finished = co_await net::with_deadline(hear_all(stream, session, begun), deadline);
        if (!finished.value_or(false)) session.end(finished ? TrapSession::End::peer : TrapSession::End::time);
        answered = finished.value_or(false);
    }
    if (answered && session.findings().kind == TrapKind::smtp)
        (void)co_await net::with_deadline(read_away(stream), Clock::now() + options_.linger);
}

net::Task<> Trap::tell() {
    net::Timer pause(executor_);
    for (;;) {
        const Instant now = hooks_.now();
        const auto due = book_.next_due();
        const std::chrono::milliseconds left = due ? *due - now : look_again;
        wake_.expires_after(std::clamp(left, std::chrono::milliseconds(1), look_again));
        co_await wake_.async_wait(net::as_values);
        for (const egress::OffenderIncident& incident : book_.take_due(hooks_.now())) {
            counted_.incidents.add();
            hooks_.tell(incident);
        }
        pause.expires_after(tell_pause);
        co_await pause.async_wait(net::as_values);
    }
}

}  // namespace postern::gate
