// SPDX-License-Identifier: Apache-2.0
// The client side of SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH (RFC 4954), as a machine that owns no socket.
//
//     write(*client.mail("<a@example.com>"));
//     reply = client.take(octets_read);          // nothing: more are needed
//
// Every command gives the octets to write, or says why it may not be sent now. One command, one reply: nothing is written while a
// reply is owed, and a reply that nobody asked for ends the conversation, because from then on answers would be paired with the
// wrong commands. The two exceptions stand apart: `raw` sends octets as they are, for tests of where a server sees the end of a
// message, and `start_tls` may carry a command behind itself, for tests of injection. After a 421 there is nothing left to say.
#pragma once

#include "wire/smtp_reply.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct SmtpCredentials {
    std::string login, password;
};

class SmtpClient {
public:
    static constexpr std::size_t max_command =
        1'000;  ///< octets of a command line without CRLF; longer ones are our fault

    enum class Phase : std::uint8_t {
        greeting,   ///< the server speaks first
        ready,      ///< a command may be sent
        answering,  ///< a reply is owed
        body,       ///< 354 was answered
        challenge,  ///< 334 was answered: `respond` or `cancel`
        handshake,  ///< STARTTLS was answered 220: TLS starts now, then `tls_started`
        ended,      ///< 421, or answers that fit no question
    };
    [[nodiscard]] Phase phase() const { return phase_; }

    // Each gives octets to write. Errors: smtp.client.out_of_turn, smtp.client.line_break, smtp.client.too_long.
    [[nodiscard]] Result<std::string> hello(std::string_view name, bool extended = true);
    /// `behind` goes in the same segment, in clear: what a server must throw away.
    [[nodiscard]] Result<std::string> start_tls(std::string_view behind = {});
    /// `path` with its brackets: "<>", "<a@example.com>", or a wrong form on purpose.
    [[nodiscard]] Result<std::string> mail(std::string_view path, std::string_view parameters = {});
    [[nodiscard]] Result<std::string> recipient(std::string_view path);
    [[nodiscard]] Result<std::string> data();
    [[nodiscard]] Result<std::string> reset() { return line("RSET"); }
    [[nodiscard]] Result<std::string> quit() { return line("QUIT"); }
    /// Any other command: "VRFY postmaster".
    [[nodiscard]] Result<std::string> line(std::string_view command);
    /// The whole message, canonical (`canonical_body`).
    [[nodiscard]] Result<std::string> body(std::string_view message);
    /// Octets as they are, in place of a body; what comes back is read reply by reply with `take`.
    [[nodiscard]] Result<std::string> raw(std::string_view octets);
    /// PLAIN where it is offered, else LOGIN; over TLS only.
    /// Errors further: smtp.client.auth_in_clear, smtp.client.no_mechanism.
    [[nodiscard]] Result<std::string> log_in(const SmtpCredentials& credentials);
    /// The next octets of a login after 334.
    [[nodiscard]] Result<std::string> respond();
    /// Ends a login without having said anything: "*" (RFC 4954 4).
    [[nodiscard]] Result<std::string> cancel();

    /// QUIT even if replies have come ahead: after `raw`, how many come until 221 tells how many commands were seen.
    [[nodiscard]] Result<std::string> quit_and_drain();

    /// Takes what was read, in any cut. Errors: those of SmtpReplyReader, smtp.client.unasked (a reply nobody asked for),
    /// smtp.client.behind_starttls (octets in clear behind the answer to STARTTLS).
    [[nodiscard]] Result<std::optional<SmtpReply>> take(std::string_view octets);
    /// Another reply to what `raw` sent, or to a command that an injected one stands before, is awaited.
    void expect_another();
    /// The channel is TLS from here on: nothing said before counts (RFC 3207 4.2). `greets`: TLS came first, the greeting follows.
    void tls_started(bool greets = false);

    /// EHLO keywords with parameters, as the last EHLO was answered.
    [[nodiscard]] const std::vector<std::string>& offered() const { return offered_; }
    [[nodiscard]] bool offers(std::string_view keyword) const;
    [[nodiscard]] bool secure() const { return secure_; }

private:
    enum class Asked : std::uint8_t { nothing, hello, tls, data, login, body };

    Result<std::string> say(std::string command, Asked asked);
    void answered(const SmtpReply& reply);

    SmtpReplyReader reader_;
    Phase phase_ = Phase::greeting;
    Asked asked_ = Asked::nothing;
    bool secure_ = false;
    std::vector<std::string> offered_;
    std::vector<std::string> responses_;  // what is left to say of a login, last first
};

/// Every line ends with CRLF (a bare CR or LF too), a dot that leads one is doubled (RFC 5321 4.5.2), the end stands behind it.
[[nodiscard]] std::string canonical_body(std::string_view message);

}  // namespace postern::wire
