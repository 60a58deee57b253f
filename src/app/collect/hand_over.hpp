// SPDX-License-Identifier: Apache-2.0
// The ways into a mail server that are no SMTP: sendmail(1) on the server itself, and a form of the site's web server.
//
// Each leaves a conversation of one turn, "end": 250 for taken, 450 for put off, 550 for refused, so that judges read all ways alike.
#pragma once

#include "audit/active/script.hpp"
#include "net/loop.hpp"
#include "net/resolver.hpp"

#include <string>

namespace postern::app {

/// "http://www.example.com:8080/contact?email={from}&text={message}"
struct WebForm {
    bool tls = false;
    std::string host;
    std::uint16_t port = 80;
    std::string path;    ///< "/contact"
    std::string fields;  ///< as written behind the question mark

    /// Errors: usage.
    [[nodiscard]] static Result<WebForm> parse(std::string_view text);
    /// The body of the request: the words in braces exchanged, all else as written.
    [[nodiscard]] std::string filled(std::string_view address, std::string_view subject,
                                     std::string_view message) const;
};

/// The script's one line, handed to sendmail with the null sender.
[[nodiscard]] audit::Conversation hand_to_sendmail(const audit::Script& script, const std::string& recipient);

/// What a person would type: the text behind the header of the script's message.
net::Task<audit::Conversation> fill_in(net::Loop& loop, net::Resolver& resolver, WebForm form, audit::Script script,
                                       std::string address);

}  // namespace postern::app
