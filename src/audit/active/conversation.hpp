// SPDX-License-Identifier: Apache-2.0
// What the active tests left behind: every conversation with a server, turn by turn, and what arrived where.
//
// Verdicts are made of this alone, so a recorded audit is judged again without a network, and a verdict can be held against the
// dialogue that it comes from. A message that was taken is not yet a message that was delivered: only an arrival is.
#pragma once

#include "base/ip_address.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace postern::audit {

inline constexpr std::size_t max_turn_text = 1'024;  ///< octets kept of a reply

struct Turn {
    std::string label;  ///< "R01", "postmaster": what this turn belongs to; empty: manners (EHLO, RSET)
    std::string said;   ///< as sent, without CRLF; a message is told by its length
    int code = 0;       ///< 0: no reply came
    std::string text;   ///< the reply's lines, separated by line feeds
    std::chrono::milliseconds took{};
    bool unsaid = false;  ///< not sent, because the line that it stands behind was refused

    [[nodiscard]] bool accepted() const { return code / 100 == 2 || code / 100 == 3; }
};

struct Conversation {
    std::string purpose;  ///< "relay", "smuggling-in/LF.LF", "sample/eicar-zip"
    IpAddress server, from;
    std::uint16_t port = 25;
    bool tls = false;
    std::string token;
    std::string banner;
    std::vector<Turn> turns;
    std::string
        fault_code;  ///< "net.connect", "net.closed", "net.timeout", "smtp.421", "audit.own_address"; empty: it went to its end
    std::string fault;  ///< in words

    /// The last turn of that label that was sent, or nothing. Borrowed.
    [[nodiscard]] const Turn* turn(std::string_view label) const {
        const Turn* found = nullptr;
        for (const Turn& one : turns)
            if (one.label == label) found = &one;
        return found;
    }
};

/// A message with a token that arrived at a far end, or in the mailbox of the sample recipient.
struct Arrival {
    std::string token;
    std::string where;  ///< "sample", or the far end's name
    IpAddress peer;     ///< who delivered it, where that is known
    std::string helo, mail_from, recipient;
    std::string octets;       ///< the message as it arrived
    bool only_asked = false;  ///< no message: RCPT for the token's address was asked and no more (a call-out)
};

/// Who sent one of our messages, as the server's own log has it.
struct Trace {
    std::string token;
    std::string login;  ///< empty: the log names none
    std::string line;   ///< what became of it, as the log says it
};

struct Active {
    bool asked = false;            ///< --intrusive
    std::string refused;           ///< why nothing intrusive was done; empty: it was allowed
    std::string far_recipient;     ///< who probes are for; empty: nobody, RCPT goes to a reserved domain
    bool far_end = false;          ///< what arrives there is seen
    bool tagged = false;           ///< it has an address for every form, "...-r13@"
    bool shows_askers = false;     ///< it shows connections that asked and sent nothing
    std::string sample_recipient;  ///< who samples are for; empty: none were sent
    bool sample_seen = false;      ///< what arrives there is seen
    bool logged_in = false;        ///< a test user was given
    std::vector<Conversation> conversations;
    std::vector<Arrival> arrivals;
    std::string place;      ///< inside the site, where the tests came from; empty: from outside
    bool log_read = false;  ///< the server's log was read after the tests
    std::vector<Trace> traces;
    std::vector<std::string> stopped;  ///< "203.0.113.26: it answered 421 ...": what was left out, and why
};

}  // namespace postern::audit
