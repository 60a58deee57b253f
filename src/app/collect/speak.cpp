// SPDX-License-Identifier: Apache-2.0
#include "app/collect/speak.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

namespace postern::app {
namespace {

using audit::Channel;
using audit::Conversation;
using audit::Line;
using audit::Turn;
using net::Task;
using Phase = wire::SmtpClient::Phase;

constexpr int max_drained = 24;  ///< replies: the most that a smuggled message causes is six

/// One script being spoken.
class Speaker {
public:
    Speaker(net::Loop& loop, audit::Script script, SpeakOptions options)
        : session_(loop.executor(), options.limits), script_(std::move(script)), options_(std::move(options)) {
        talk_.purpose = script_.purpose;
        talk_.server = script_.server;
        talk_.port = script_.port;
        talk_.token = script_.token;
    }

    Task<Conversation> run() {
        if (co_await open() && co_await greet() && co_await secure() && co_await log_in()) co_await lines();
        // The farewell is a courtesy: what comes of it changes nothing.
        if (session_.client().phase() == Phase::ready) (void)co_await session_.say(session_.client().quit());
        session_.close();
        co_return std::move(talk_);
    }

private:
    bool fault(std::string code, std::string why) {
        if (talk_.fault_code.empty()) {
            talk_.fault_code = std::move(code);
            talk_.fault = std::move(why);
        }
        return false;
    }
    bool fault(const Error& error) { return fault(std::string(error.code), error.message); }

    /// Keeps the turn; false if the conversation cannot go on.
    bool keep(std::string label, std::string said, const Result<wire::SmtpReply>& reply, net::Clock::time_point begun) {
        Turn turn{.label = std::move(label), .said = std::move(said)};
        turn.took = std::chrono::duration_cast<std::chrono::milliseconds>(net::Clock::now() - begun);
        if (reply) {
            turn.code = reply->code;
            for (const std::string& line : reply->lines) turn.text += (turn.text.empty() ? "" : "\n") + line;
            turn.text.resize(std::min(turn.text.size(), audit::max_turn_text));
        }
        talk_.turns.push_back(std::move(turn));
        if (!reply) return fault(reply.error());
        if (reply->code == 421) return fault("smtp.421", fmt::format("it answered 421 {}", talk_.turns.back().text));
        return true;
    }

    Task<bool> open() {
        const auto done = co_await session_.connect({script_.server, script_.port}, options_.server_name,
                                                    script_.channel == Channel::wrapped);
        if (!done) co_return fault(done.error());
        talk_.tls = script_.channel == Channel::wrapped;
        if (const auto local = session_.local()) talk_.from = local->address;
        if (script_.relay && contains(options_.audited, talk_.from))
            co_return fault("audit.own_address",
                            "relay probes never start from the audited address; run it from outside");
        co_return true;
    }

    Task<bool> greet() {
        const auto greeting = co_await session_.hear();
        if (!greeting) co_return fault(greeting.error());
        talk_.banner = greeting->lines.front().substr(0, audit::max_turn_text);
        const std::string text = fmt::format("it greets with {} {}", greeting->code, talk_.banner);
        if (greeting->code == 421) co_return fault("smtp.421", text);
        if (greeting->code / 100 != 2) co_return fault("smtp.greeting", text);
        const std::string name = talk_.banner.substr(0, talk_.banner.find(' '));
        if (const std::string provider = audit::provider_of(options_.shared, options_.services, name);
            !provider.empty())
            co_return fault("audit.shared", fmt::format("it greets as {}, a shared host of {}", name, provider));
        co_return co_await hello();
    }

    Task<bool> hello() {
        auto begun = net::Clock::now();
        auto reply = co_await session_.say(session_.client().hello(options_.greeting));
        if (!keep("", "EHLO " + options_.greeting, reply, begun)) co_return false;
        if (reply->code == 250) co_return true;
        begun = net::Clock::now();
        reply = co_await session_.say(session_.client().hello(options_.greeting, false));
        co_return keep("", "HELO " + options_.greeting, reply, begun);
    }

    Task<bool> secure() {
        if (script_.channel == Channel::clear || script_.channel == Channel::wrapped) co_return true;
        if (!session_.client().offers("STARTTLS")) {
            if (script_.channel == Channel::if_offered) co_return true;
            co_return fault("smtp.no_tls", "it offers no STARTTLS");
        }
        const auto begun = net::Clock::now();
        const auto reply = co_await session_.say(session_.client().start_tls());
        if (!keep("", "STARTTLS", reply, begun)) co_return false;
        if (session_.client().phase() != Phase::handshake) {
            if (script_.channel == Channel::if_offered) co_return true;
            co_return fault("smtp.no_tls", fmt::format("it answers STARTTLS with {}", reply->code));
        }
        if (const auto done = co_await session_.start_tls(); !done) co_return fault(done.error());
        talk_.tls = true;
        co_return co_await hello();
    }

    Task<bool> log_in() {
        if (!script_.log_in) co_return true;
        if (!options_.user) co_return fault("smtp.login", "no test user was given");
        const auto begun = net::Clock::now();
        auto reply = co_await session_.say(session_.client().log_in(*options_.user));
        while (reply && session_.client().phase() == Phase::challenge)
            reply = co_await session_.say(session_.client().respond());
        if (!keep("login", "AUTH (login and password are not shown)", reply, begun)) co_return false;
        if (reply->code != 235)
            co_return fault("smtp.login",
                            fmt::format("the test user's login was answered {} {}", reply->code, reply->lines.front()));
        co_return true;
    }

    Task<> lines() {
        std::vector<bool> done(script_.lines.size(), false);
        for (std::size_t at = 0; at < script_.lines.size(); ++at) {
            const Line& line = script_.lines[at];
            if (line.after != Line::always && !done[static_cast<std::size_t>(line.after)]) {
                talk_.turns.push_back(
                    {.label = line.label, .said = line.kind == Line::Kind::command ? line.octets : "", .unsaid = true});
                continue;
            }
            const std::size_t before = talk_.turns.size();
            if (!co_await one(line)) co_return;
            done[at] = talk_.turns.size() > before && talk_.turns.back().accepted();
        }
    }

    Task<bool> one(const Line& line) {
        wire::SmtpClient& client = session_.client();
        const auto begun = net::Clock::now();
        switch (line.kind) {
        case Line::Kind::command:
            co_return keep(line.label, line.octets, co_await session_.say(client.line(line.octets)), begun);
        case Line::Kind::data: co_return keep(line.label, "DATA", co_await session_.say(client.data()), begun);
        case Line::Kind::message:
            co_return keep(line.label, fmt::format("(a message of {} octets)", line.octets.size()),
                           co_await session_.say(client.body(line.octets)), begun);
        case Line::Kind::raw:
            co_return keep(line.label, fmt::format("({} octets as they are)", line.octets.size()),
                           co_await session_.say(client.raw(line.octets)), begun);
        case Line::Kind::cancel:
            if (client.phase() != Phase::challenge) co_return true;
            co_return keep(line.label, "*", co_await session_.say(client.cancel()), begun);
        case Line::Kind::drain: co_return co_await drain(line);
        case Line::Kind::start_tls: co_return co_await inject(line);
        }
        co_return false;
    }

    Task<bool> drain(const Line& line) {
        Result<std::string> octets = session_.client().quit_and_drain();
        for (int count = 0; count < max_drained; ++count) {
            const auto begun = net::Clock::now();
            const auto reply = octets ? co_await session_.say(std::move(octets)) : co_await session_.hear();
            // The end of the connection is the end of the replies; a silence is told, and ends the whole.
            if (!reply && reply.error().code == "net.closed") co_return false;
            if (!keep(line.label, count == 0 ? "QUIT" : "", reply, begun) || reply->code == 221) co_return false;
            octets = fail("", "");
            session_.client().expect_another();
        }
        co_return false;
    }

    Task<bool> inject(const Line& line) {
        auto begun = net::Clock::now();
        const auto go = co_await session_.say(session_.client().start_tls(line.octets));
        if (!keep("starttls", "STARTTLS, and RSET behind it in one segment", go, begun)) co_return false;
        if (session_.client().phase() != Phase::handshake) co_return true;
        if (const auto done = co_await session_.start_tls(); !done) co_return fault(done.error());
        talk_.tls = true;
        begun = net::Clock::now();
        const auto first = co_await session_.say(session_.client().quit());
        (void)keep(line.label, "QUIT", first, begun);
        co_return false;
    }

    net::SmtpSession session_;
    audit::Script script_;
    SpeakOptions options_;
    Conversation talk_;
};

}  // namespace

net::Task<audit::Conversation> speak(net::Loop& loop, audit::Script script, SpeakOptions options) {
    Speaker speaker(loop, std::move(script), std::move(options));
    co_return co_await speaker.run();
}

}  // namespace postern::app
