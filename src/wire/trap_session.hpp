// SPDX-License-Identifier: Apache-2.0
// What a connection that was never meant for us turns out to be: the conversation of the port-25 trap, without a socket.
//
// It greets, takes HELO, MAIL, RCPT and the first octets of a message as a server would (RFC 5321), and then refuses: what the sender
// does until then tells a mass mailer from a printer. There is no state in which a message was taken. Whatever does not begin like
// SMTP (a TLS hello, HTTP, SOCKS, a binary protocol) is named by its first octets and let go at once.
//
// Everything here is the most hostile text of the program. It is kept raw, each piece cut at a named limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

enum class TrapKind : std::uint8_t {
    silent,   ///< connected and said nothing
    smtp,     ///< at least one command of SMTP
    tls,      ///< a ClientHello, in SSLv3 form or later
    http,     ///< a request line, of HTTP/2 too
    socks,    ///< SOCKS 4 or 5
    proxy,    ///< the signature of the PROXY protocol
    ssh,      ///< an identification string
    binary,   ///< octets that are no text
    text,     ///< lines, but no command of SMTP
    endless,  ///< a line longer than `TrapLimits::line` before the first command
    slow,     ///< some octets, but no line within the time
};
/// "smtp": for programs.
[[nodiscard]] std::string_view to_string(TrapKind kind);

/// All in octets or counts, for one connection.
struct TrapLimits {
    static constexpr std::size_t line = 2'048;     ///< RFC 5321 4.5.3.1.4 says 512; extensions add
    static constexpr std::size_t input = 65'536;   ///< in all
    static constexpr std::size_t message = 4'096;  ///< of the message that is looked at
    static constexpr std::size_t commands = 200;
    static constexpr std::size_t unknown_commands = 10;
    static constexpr std::size_t kept = 256;     ///< of each text below
    static constexpr std::size_t hello = 4'096;  ///< of a ClientHello
    static constexpr std::chrono::milliseconds pause{
        1'000};  ///< in front of a line: no program waits so long on one network
    static constexpr std::size_t kept_recipients = 4;
};

struct TrapFindings {
    TrapKind kind = TrapKind::silent;
    std::string first;                    ///< its first octets, raw
    std::string server_name;              ///< of the ClientHello
    std::string helo, sender;             ///< as given, without the angle brackets
    std::vector<std::string> recipients;  ///< the first of them
    std::size_t recipient_count = 0, message_count = 0;
    std::string subject, header_from, mailer;  ///< of the first message's header; mailer: User-Agent or X-Mailer
    bool spoke_first = false;                  ///< before the greeting
    bool pipelined = false;                    ///< further commands before the reply to the last
    bool bare_newline = false;                 ///< lines that end in LF alone
    bool asked_login = false, asked_tls = false;
    bool quit = false;                        ///< it took its leave
    bool corrected = false;                   ///< a line with the backspaces of a keyboard
    std::size_t lines = 0, paused_lines = 0;  ///< outside messages; of these, such as came after TrapLimits::pause
    std::size_t unknown_commands = 0;
    std::string limit;                                ///< which limit ended it, "line", "input" ...; empty: none
    std::chrono::milliseconds first_octet_after{-1};  ///< since the connection; negative: none came
};

class TrapSession {
public:
    struct Step {
        std::string say;     ///< octets for the peer, perhaps none
        bool close = false;  ///< after saying so; `take` is not called again
    };
    enum class End : std::uint8_t { peer, time };

    /// `name` stands in the greeting.
    explicit TrapSession(std::string name) : name_(std::move(name)) {}

    /// "220 ...": once, when the time for speaking first is over. Nothing if `take` has said it already.
    [[nodiscard]] std::string greeting();
    /// Octets in any cut, and how long the connection has stood.
    [[nodiscard]] Step take(std::string_view octets, std::chrono::milliseconds since);
    /// The connection is over, by its peer or for want of time; what was learnt is final.
    void end(End why);

    [[nodiscard]] const TrapFindings& findings() const { return findings_; }

private:
    enum class State : std::uint8_t { idle, mail, rcpt, header, body, done };

    [[nodiscard]] std::string greet();
    [[nodiscard]] bool recognise();
    void recognise_line(std::string_view line);
    [[nodiscard]] std::string answer(std::chrono::milliseconds since);
    [[nodiscard]] std::string take_line(std::string_view line);
    [[nodiscard]] std::string take_command(std::string_view verb, std::string_view rest);
    [[nodiscard]] std::string take_envelope(std::string_view verb, std::string_view rest);
    [[nodiscard]] std::string take_message_line(std::string_view line);
    void take_header(std::string_view line);
    [[nodiscard]] std::string finish(std::string say, std::string_view limit = {});

    std::string name_;
    State state_ = State::idle;
    bool greeted_ = false, recognised_ = false;
    std::string pending_;  // the line that is not complete, within TrapLimits::line, ::hello or ::message
    std::size_t input_ = 0, commands_ = 0, message_octets_ = 0;
    std::chrono::milliseconds answered_{};  // when the last octets before the present line were answered
    TrapFindings findings_;
};

/// The server name of a TLS ClientHello (RFC 6066 3) that begins with `octets`; "" if it has none or is cut in front of it.
[[nodiscard]] std::string_view client_hello_name(std::string_view octets);

}  // namespace postern::wire
