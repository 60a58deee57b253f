// SPDX-License-Identifier: Apache-2.0
// A conversation with an SMTP server: wire/smtp_client.hpp over a Stream, with a deadline for each step and one for the whole.
//
// A server that answers one octet a second keeps every step's deadline alive only if the deadline is of the octet: here it is of the
// whole reply. What goes wrong is a value, and names whether it was the connection, the time or the answer.
#pragma once

#include "net/stream.hpp"
#include "wire/smtp_client.hpp"

namespace boost::asio::ssl {
class context;
}

namespace postern::net {

class SmtpSession {
public:
    struct Limits {
        Clock::duration step = std::chrono::seconds(20);
        Clock::time_point whole = Clock::time_point::max();
    };

    SmtpSession(Executor executor, Limits limits);
    SmtpSession(const SmtpSession&) = delete;
    SmtpSession& operator=(const SmtpSession&) = delete;
    ~SmtpSession();

    // Errors of all: net.connect, net.tls, net.write, net.read, net.closed, net.timeout (a step took too long), net.budget (the whole
    // did), and those of SmtpClient.
    /// `name` is sent as SNI. `wrapped`: TLS before anything is said.
    Task<Result<void>> connect(SocketAddress server, std::string name, bool wrapped);
    /// The next reply: the greeting, or a further one after `client().expect_another()`.
    Task<Result<wire::SmtpReply>> hear();
    /// Writes what a command of `client()` gave, and hears the reply to it.
    Task<Result<wire::SmtpReply>> say(Result<std::string> octets);
    /// The handshake, once STARTTLS was answered 220.
    Task<Result<void>> start_tls();

    [[nodiscard]] wire::SmtpClient& client() { return client_; }
    [[nodiscard]] std::optional<Endpoint> local() const { return stream_.local(); }
    void close() { stream_.close(); }

private:
    template <class T>
    Task<Result<T>> in_time(Task<Result<T>> task);
    Task<Result<wire::SmtpReply>> read_reply();
    Task<Result<wire::SmtpReply>> write_and_read(std::string octets);

    Stream stream_;
    wire::SmtpClient client_;
    Limits limits_;
    std::string name_;
    std::unique_ptr<asio::ssl::context> tls_;
};

}  // namespace postern::net
