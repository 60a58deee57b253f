// SPDX-License-Identifier: Apache-2.0
// Whether an SMTP server would take mail for some recipients: EHLO, MAIL, RCPT for each, RSET, QUIT. No DATA, ever.
//
// It stops at the first 421, and at whatever is no reply. The server may be hostile: replies are bounded (wire/smtp_reply.hpp), the whole
// has one deadline, and what was learnt until then is kept.
#pragma once

#include "net/socket_address.hpp"
#include "net/loop.hpp"
#include "net/socket_address.hpp"

#include <string>
#include <vector>

namespace postern::net {

struct RecipientTry {
    std::string recipient;
    int code = 0;  ///< 0: not tried any more
    std::string text;
};

struct SmtpTry {
    std::string unknown;  ///< why it did not come to RCPT; empty: it did
    bool timed_out = false;
    std::string banner;
    int sender_code = 0;
    std::string sender_text;
    std::vector<RecipientTry> recipients;
};

inline constexpr std::size_t max_tried_recipients = 8;

/// `sender` without brackets; empty: the null sender. Neither it nor a recipient holds control characters: the caller has seen to it.
Task<SmtpTry> try_recipients(Loop& loop, SocketAddress server, std::string greeting, std::string sender,
                             std::vector<std::string> recipients, Clock::time_point deadline);

}  // namespace postern::net
