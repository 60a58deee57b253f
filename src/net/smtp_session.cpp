// SPDX-License-Identifier: Apache-2.0
#include "net/smtp_session.hpp"

#include "net/deadline.hpp"

#include <boost/asio/ssl/context.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace postern::net {

SmtpSession::SmtpSession(Executor executor, Limits limits)
    : stream_(executor), limits_(limits), tls_(std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client)) {
    tls_->set_verify_mode(
        asio::ssl::verify_none);  // whom one audits, one need not trust; nothing is entrusted but a test user
}

SmtpSession::~SmtpSession() = default;

template <class T>
Task<Result<T>> SmtpSession::in_time(Task<Result<T>> task) {
    const auto now = Clock::now();
    const bool last = limits_.whole - now < limits_.step;
    auto done = co_await with_deadline(std::move(task), last ? limits_.whole : now + limits_.step);
    if (done) co_return *std::move(done);
    stream_.close();
    if (last) co_return fail("net.budget", "the time for the whole conversation is used up");
    co_return fail("net.timeout", fmt::format("no whole answer within {} s",
                                              std::chrono::duration_cast<std::chrono::seconds>(limits_.step).count()));
}

Task<Result<void>> SmtpSession::connect(SocketAddress server, std::string name, bool wrapped) {
    name_ = std::move(name);
    auto done = co_await in_time(stream_.connect(std::move(server)));
    if (!done || !wrapped) co_return done;
    done = co_await in_time(stream_.start_tls_client(*tls_, name_));
    if (done) client_.tls_started(true);
    co_return done;
}

Task<Result<void>> SmtpSession::start_tls() {
    auto done = co_await in_time(stream_.start_tls_client(*tls_, name_));
    if (done) client_.tls_started();
    co_return done;
}

Task<Result<wire::SmtpReply>> SmtpSession::read_reply() {
    std::string_view octets;
    for (;;) {
        auto reply = client_.take(octets);
        if (!reply) co_return std::unexpected(reply.error());
        if (*reply) co_return **std::move(reply);
        const auto read = co_await stream_.read_some();
        if (!read) co_return std::unexpected(read.error());
        if (read->empty()) co_return fail("net.closed", "the server closed the connection without an answer");
        octets = *read;
    }
}

Task<Result<wire::SmtpReply>> SmtpSession::write_and_read(std::string octets) {
    // A server may answer and close before all was written: its answer counts.
    const auto written = co_await stream_.write(std::move(octets));
    auto reply = co_await read_reply();
    if (!reply && !written) co_return std::unexpected(written.error());
    co_return reply;
}

Task<Result<wire::SmtpReply>> SmtpSession::hear() { co_return co_await in_time(read_reply()); }

Task<Result<wire::SmtpReply>> SmtpSession::say(Result<std::string> octets) {
    if (!octets) co_return std::unexpected(octets.error());
    co_return co_await in_time(write_and_read(*std::move(octets)));
}

}  // namespace postern::net
