// SPDX-License-Identifier: Apache-2.0
// One conversation with an MTA, seen from the milter: octets in, events and octets out; no socket, no clock.
//
// The caller gives what it read to `next` until that says `more`, answers each event that wants an answer, and writes `take_output` when
// it has nothing left to look at: so one read serves many frames, and one write a whole group of replies.
//
// What is known of a message lives in one struct, and one function forgets it: on abort, quit, a new HELO, a new MAIL and after each
// verdict. Nothing of one message can be part of the next. (Postfix carried the state of a refused message over from 2004 to 2026.)
//
// Replies are given only where the MTA waits for them. Where it agreed not to wait at MAIL, a refusal there is given at each RCPT and at
// the end of the message, so it is never lost.
#pragma once

#include "base/ip_address.hpp"
#include "wire/milter_answer.hpp"
#include "wire/milter_frame.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace postern::wire {

/// What the configuration needs of an MTA; nothing else is asked for.
struct MilterWants {
    bool headers = true;
    bool body = true;            ///< false: no header's end and no body are sent
    bool sender_answer = false;  ///< wait for a reply at MAIL; else its refusal is given at RCPT
    std::uint32_t actions = 0;   ///< MilterAction
};

/// The client of the MTA, and how it came in.
struct MilterClient {
    std::string host;                  ///< its confirmed name; empty when it has none
    std::optional<IpAddress> address;  ///< nothing: a local program, or unknown
    std::uint16_t port = 0;
    std::string helo;
    std::string daemon_name, daemon_address, daemon_port;  ///< of the MTA's listener, as its macros say
    std::string tls_version, tls_cipher;                   ///< empty: in clear
};

struct MilterEnvelope {
    std::string sender;                   ///< "<anna@example.com>", "<>", as it came
    std::string sender_arguments;         ///< ESMTP arguments, zero after each
    std::vector<std::string> recipients;  ///< those that were answered with yes, as they came
    std::string queue_id;
    std::string login, login_method;  ///< of an authenticated client
};

struct MilterEvent {
    enum class Kind : std::uint8_t {
        more,       ///< no whole command is left: read on
        sender,     ///< MAIL; answer with proceed or refuse
        recipient,  ///< RCPT, `first` its path; answer with proceed or refuse
        header,     ///< `first` the name, `second` the value as sent
        end_of_headers,
        body,            ///< `first`: octets
        message,         ///< the end; answer with finish or refuse
        forgotten,       ///< the message under way is none: whatever was kept of it goes
        new_connection,  ///< the same conversation goes on for another client
        closed           ///< the MTA said goodbye
    };

    Kind kind = Kind::more;
    std::string_view first, second;  ///< borrowed until the next call, or until the octets given to it go
};

class MilterServer {
public:
    static constexpr std::uint32_t newest_version = 6;
    static constexpr std::uint32_t oldest_version = 2;
    static constexpr std::size_t max_recipients = 1'000;  ///< more are answered 452
    static constexpr std::size_t max_macro = 1'024;       ///< octets of one macro's value that we keep
    static constexpr std::size_t max_host = 1'024;        ///< octets of a host name or HELO
    static constexpr std::size_t max_path =
        2'048;  ///< octets of an address with its arguments (the command line's limit)

    explicit MilterServer(MilterWants wants) : wants_(wants) {}

    /// Errors: those of MilterFrameReader and parse_milter_command; milter.version, milter.order (names the command),
    /// milter.too_long, milter.unanswered. The conversation is over then, and the MTA does what it does when a milter is lost.
    [[nodiscard]] Result<MilterEvent> next(std::string_view& octets);
    /// Octets that the caller must let go of before they were looked at.
    void keep(std::string_view& octets) { frames_.keep(octets); }

    /// The answer to sender or recipient: go on.
    void proceed();
    /// The answer to sender, recipient or message. A fault of ours is a temporary one.
    void refuse(const SmtpRefusal& refusal);
    /// The answer to message: taken, with these changes, or none of them: then the client is told to come again, and the error says why.
    [[nodiscard]] Result<void> finish(const MilterChanges& changes);
    /// "Still at it": starts the MTA's time-out anew.
    void progress() { append_milter_frame(output_, 'p', {}); }

    [[nodiscard]] const MilterClient& client() const { return client_; }
    [[nodiscard]] const MilterEnvelope& envelope() const { return envelope_; }
    /// A message has begun (MAIL) and has had no verdict.
    [[nodiscard]] bool in_message() const { return stage_ >= Stage::sender; }
    [[nodiscard]] std::uint32_t granted_actions() const { return actions_; }
    [[nodiscard]] bool granted(std::uint32_t step) const { return (steps_ & step) == step; }
    /// What is to be written; empty when the MTA waits for nothing.
    [[nodiscard]] std::string take_output() { return std::exchange(output_, {}); }
    [[nodiscard]] bool has_output() const { return !output_.empty(); }

private:
    enum class Stage : std::uint8_t { fresh, negotiated, connected, sender, headers, body };
    enum class Due : std::uint8_t { none, sender, recipient, message };
    using Event = Result<MilterEvent>;
    using Kind = MilterEvent::Kind;

    [[nodiscard]] Event on(const MilterOffer& offer);
    [[nodiscard]] Event on(const MilterMacros& macros);
    [[nodiscard]] Event on(const MilterConnect& connect);
    [[nodiscard]] Event on(const MilterHelo& helo);
    [[nodiscard]] Event on(const MilterPath& path);
    [[nodiscard]] Event on(const MilterHeader& header);
    [[nodiscard]] Event on(const MilterBody& body);
    [[nodiscard]] Event on(const MilterEnd& end);
    [[nodiscard]] Event on(MilterSign sign);
    [[nodiscard]] Event on(const MilterUnknown& unknown);
    [[nodiscard]] Event on_recipient(const MilterPath& path);
    [[nodiscard]] Event forget_message(Kind then);
    void forget();
    void reply(std::uint32_t silent_step);
    [[nodiscard]] bool keep_macro(char stage, std::string_view name, std::string_view value);
    [[nodiscard]] std::uint32_t steps_wanted() const;

    MilterWants wants_;
    MilterFrameReader frames_;
    std::string output_;
    std::uint32_t actions_ = 0, steps_ = 0;
    Stage stage_ = Stage::fresh;
    MilterClient client_;
    // All that is known of one message; forget() ends it.
    MilterEnvelope envelope_;
    std::string staged_login_, staged_method_, staged_queue_id_;  // said before MAIL, for it
    std::string recipient_;                                       // the one that is being judged
    std::optional<SmtpRefusal> sender_refusal_;                   // given where no reply was due
    Due due_ = Due::none;
    std::optional<Kind> after_;  // a second event of the command just read
};

}  // namespace postern::wire
