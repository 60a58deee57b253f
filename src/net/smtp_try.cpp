// SPDX-License-Identifier: Apache-2.0
#include "net/smtp_try.hpp"

#include "net/deadline.hpp"
#include "net/stream.hpp"
#include "wire/smtp_reply.hpp"

#include <fmt/format.h>

#include <utility>

namespace postern::net {
namespace {

/// What has been seen so far lives outside the task: a deadline ends the task, not the sight.
struct Attempt {
    Stream stream;
    wire::SmtpReplyReader reader;
    std::string greeting, sender;
    SmtpTry seen;
};

Task<Result<wire::SmtpReply>> read_reply(Attempt& attempt) {
    std::string octets;
    for (;;) {
        auto reply = attempt.reader.take(octets);
        if (!reply) co_return std::unexpected(reply.error());
        if (*reply) co_return **std::move(reply);
        const auto more = co_await attempt.stream.read_some();
        if (!more) co_return std::unexpected(more.error());
        if (more->empty()) co_return fail("net.closed", "it closed the connection");
        octets = *more;
    }
}

Task<Result<wire::SmtpReply>> say(Attempt& attempt, std::string line) {
    if (const auto written = co_await attempt.stream.write(line + "\r\n"); !written)
        co_return std::unexpected(written.error());
    co_return co_await read_reply(attempt);
}

std::string text_of(const wire::SmtpReply& reply) {
    std::string out;
    for (const std::string& line : reply.lines) out += (out.empty() ? "" : " ") + line;
    return out;
}

/// Why a reply is not the one that lets the conversation go on.
std::string unfit(const Result<wire::SmtpReply>& reply, int wanted, std::string_view at) {
    if (!reply) return reply.error().message;
    return reply->code == wanted ? std::string()
                                 : fmt::format("it answers {} with {} {}", at, reply->code, text_of(*reply));
}

Task<> try_each(Attempt& attempt) {
    for (RecipientTry& one : attempt.seen.recipients) {
        const auto reply = co_await say(attempt, fmt::format("RCPT TO:<{}>", one.recipient));
        if (!reply) co_return;
        one.code = reply->code;
        one.text = text_of(*reply);
        if (reply->code == 421) co_return;
    }
    // Courtesies: what comes of them changes nothing.
    if (co_await say(attempt, "RSET")) (void)co_await say(attempt, "QUIT");
}

Task<bool> converse(Attempt& attempt, SocketAddress server) {
    SmtpTry& seen = attempt.seen;
    const auto connected = co_await attempt.stream.connect(std::move(server));
    if (!connected) {
        seen.unknown = connected.error().message;
        co_return true;
    }
    const auto banner = co_await read_reply(attempt);
    if (seen.unknown = unfit(banner, 220, "a connection"); !seen.unknown.empty()) co_return true;
    seen.banner = banner->lines.front();
    const auto hello = co_await say(attempt, "EHLO " + attempt.greeting);
    if (seen.unknown = unfit(hello, 250, "EHLO"); !seen.unknown.empty()) co_return true;
    const auto mail = co_await say(attempt, fmt::format("MAIL FROM:<{}>", attempt.sender));
    if (mail) {
        seen.sender_code = mail->code;
        seen.sender_text = text_of(*mail);
    }
    if (seen.unknown = unfit(mail, 250, "MAIL"); seen.unknown.empty()) co_await try_each(attempt);
    else if (mail && mail->code != 421) (void)co_await say(attempt, "QUIT");  // likewise
    co_return true;
}

}  // namespace

Task<SmtpTry> try_recipients(Loop& loop, SocketAddress server, std::string greeting, std::string sender,
                             std::vector<std::string> recipients, Clock::time_point deadline) {
    Attempt attempt{Stream(loop.executor()), {}, std::move(greeting), std::move(sender), {}};
    for (std::string& one : recipients)
        if (attempt.seen.recipients.size() < max_tried_recipients)
            attempt.seen.recipients.push_back({std::move(one), 0, {}});
    const bool in_time = (co_await with_deadline(converse(attempt, std::move(server)), deadline)).has_value();
    if (!in_time && attempt.seen.sender_code != 250) {
        attempt.seen.timed_out = attempt.seen.banner.empty();
        attempt.seen.unknown = "it did not answer in time";
    }
    co_return std::move(attempt.seen);
}

}  // namespace postern::net
