// SPDX-License-Identifier: Apache-2.0
// The probe's side of an SMTP session (RFC 5321): it greets, says what it sees, and keeps only messages that bear an open token.
//
// It has no word for sending: nothing that comes in can make it relay. Anybody on the internet may talk to it, so every line, list
// and count is bounded, and after too many errors it says 421. Only CR LF . CR LF ends a message; CR and LF that stand alone are
// counted and kept, for a server that sends them has been made to smuggle (docs/probe.md says what is taken and refused).
#pragma once

#include "base/ip_address.hpp"
#include "wire/probe_token.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct SinkMessage {
    ProbeToken token;
    std::string helo, tls, sender;
    std::vector<std::string> recipients;
    std::string_view found_in;  ///< "recipient", "sender", "text"
    std::string octets;         ///< dots unstuffed, else exact
    std::size_t bare_newlines = 0;
};

/// What one connection showed, for the list of connections.
struct SinkSummary {
    std::string helo, tls, sender;
    std::vector<std::string> recipients;  ///< all that were named, also the refused ones
    std::vector<ProbeToken> tokens;       ///< open ones that were seen before any message, one each
    bool said_quit = false, over_limit = false;
};

/// The watches, as a session sees them.
class SinkKeeper {
public:
    SinkKeeper() = default;
    SinkKeeper(const SinkKeeper&) = delete;
    SinkKeeper& operator=(const SinkKeeper&) = delete;
    virtual ~SinkKeeper() = default;

    [[nodiscard]] virtual bool is_open(std::string_view token) const = 0;
    /// Before a message is taken; false: too many are under way. Those with a token have room of their own.
    [[nodiscard]] virtual bool begin_message(bool with_token) = 0;
    virtual void end_message(bool with_token) = 0;
    /// False: there is no room for it.
    [[nodiscard]] virtual bool keep(SinkMessage message) = 0;
};

struct SinkPlace {
    std::string name;                      ///< "probe.example.net"
    std::optional<IpAddress> peer, local;  ///< of this connection
    bool offers_tls = false;
};

class SinkSession {
public:
    static constexpr std::size_t max_line = 2'048;          ///< octets of a command
    static constexpr std::size_t max_recipients = 50;       ///< a transaction
    static constexpr std::size_t max_message = 256 * 1024;  ///< octets; announced as SIZE
    static constexpr std::size_t max_swallowed =
        1024 * 1024;  ///< octets of a message that is too long, before the door
    static constexpr std::size_t max_commands = 300;
    static constexpr std::size_t max_errors = 10;
    static constexpr std::size_t max_unknown_verbs = 3;
    static constexpr std::size_t max_listed = 10;  ///< recipients of the summary

    /// `keeper` outlives the session.
    SinkSession(SinkPlace place, SinkKeeper& keeper) : place_(std::move(place)), keeper_(keeper) {}
    ~SinkSession() { leave_message(); }
    SinkSession(const SinkSession&) = delete;
    SinkSession& operator=(const SinkSession&) = delete;

    enum class Then : std::uint8_t { read, start_tls, close };
    struct Step {
        std::string write;
        Then then = Then::read;
    };

    [[nodiscard]] Step greet() const;
    /// What has come, in any cut. After `close` and `start_tls` nothing more of the octets is looked at.
    [[nodiscard]] Step take(std::string_view octets);
    /// The handshake that `start_tls` asked for, or that of an implicit TLS port, is done. Everything said before is forgotten (RFC 3207 4.2).
    void tls_started(std::string version);
    /// The farewell of a session that took too long.
    [[nodiscard]] std::string time_is_up() const;
    /// The farewell of a sink that is being shut down, between commands.
    [[nodiscard]] std::string going_away() const;
    [[nodiscard]] bool in_message() const { return in_data_; }
    [[nodiscard]] SinkSummary summary() const;

private:
    struct Transaction {
        bool open = false;
        std::string sender;
        std::vector<std::string> recipients;
        std::optional<ProbeToken> by_recipient, by_sender;
    };

    void command(std::string_view line, Step& step);
    void hello(bool extended, std::string_view name, Step& step);
    void start_tls(std::string_view argument, Step& step);
    void mail(std::string_view argument, Step& step);
    void recipient(std::string_view argument, Step& step);
    void data(std::string_view argument, Step& step);
    void refuse(std::string_view reply, Step& step);
    /// One octet of a message; true at its end.
    bool message_octet(char c);
    void message_ends(Step& step);
    [[nodiscard]] std::optional<ProbeToken> token_in(std::string_view text) const;
    [[nodiscard]] bool is_own(std::string_view recipient) const;
    void note(const std::optional<ProbeToken>& token);
    void keep_octet(char c);
    void leave_message();
    [[nodiscard]] bool has_token() const { return transaction_.by_recipient || transaction_.by_sender; }

    SinkPlace place_;
    SinkKeeper& keeper_;
    std::string line_;
    std::string helo_, tls_;
    Transaction transaction_;
    std::string last_sender_;
    std::vector<std::string> named_;
    std::vector<ProbeToken> tokens_;
    std::size_t commands_ = 0, errors_ = 0, unknown_verbs_ = 0;
    bool said_quit_ = false, over_limit_ = false;

    bool in_data_ = false;
    enum class Place : std::uint8_t { line_start, dot, dot_cr, text, cr };
    Place at_ = Place::line_start;
    std::string body_;
    std::size_t swallowed_ = 0, bare_newlines_ = 0;
};

}  // namespace postern::wire
