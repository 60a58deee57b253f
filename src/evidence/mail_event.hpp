// SPDX-License-Identifier: Apache-2.0
// What a line of a mail log tells, whichever server wrote it.
#pragma once

#include "base/instant.hpp"

#include <optional>
#include <string_view>

namespace postern::evidence {

/// Everything in it is borrowed from the line and hostile.
struct MailEvent {
    enum class Kind : std::uint8_t {
        arrived,       ///< a message came in: id, client, login or uid
        named,         ///< its sender became known: id, sender
        sent,          ///< to one recipient: id, recipient, relay, reply; `local` if it went to a mailbox here
        deferred,      ///< likewise, refused for now
        bounced,       ///< likewise, refused for good
        rejected,      ///< we refused a client: client, sender, recipient, helo, reply
        returned,      ///< a bounce was written for the message: id, other_id
        removed,       ///< the message is gone: id
        infected,      ///< malware was found: id or client, reply
        unscanned,     ///< the filter could not be reached: reply
        login_failed,  ///< client
        tls_out,       ///< an outgoing connection speaks TLS
        unreachable,   ///< an outgoing connection failed: relay_ip, reply
    };
    Kind kind = Kind::sent;
    Instant at{};
    std::string_view id;
    std::string_view
        other_id;  ///< of a message that goes on under another id (filters that send it back), or of a bounce
    std::string_view client;  ///< address
    std::string_view helo;
    std::string_view login;       ///< of an authenticated client
    std::string_view local_user;  ///< user or uid of a program on this host
    std::string_view sender;
    std::string_view recipient;
    std::string_view relay;  ///< name of the next server
    std::string_view relay_ip;
    std::string_view source;  ///< our own address of an outgoing connection, where the log has it
    std::string_view reply;   ///< words of the other side, or of the filter
    bool local = false;
    bool relay_denied = false;  ///< refused because we do not relay for the client
    bool unknown_recipient = false;
};

/// Each takes a line without its time and host: "postfix/smtpd[12]: ...". Nothing: the line tells nothing we ask for.
[[nodiscard]] std::optional<MailEvent> read_postfix_line(std::string_view line);
[[nodiscard]] std::optional<MailEvent> read_opensmtpd_line(std::string_view line);
/// A line of Exim's main log without its time: "1tEx4m-000000001AB-1abc <= ...".
[[nodiscard]] std::optional<MailEvent> read_exim_line(std::string_view line);

}  // namespace postern::evidence
