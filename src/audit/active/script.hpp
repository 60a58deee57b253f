// SPDX-License-Identifier: Apache-2.0
// What is to be said in one connection, as data: the plan writes it, the collector speaks it, the record keeps what came back.
#pragma once

#include "audit/active/conversation.hpp"

#include <string>
#include <vector>

namespace postern::audit {

struct Line {
    enum class Kind : std::uint8_t {
        command,   ///< a line
        data,      ///< DATA
        message,   ///< a message after DATA: made canonical, ended
        raw,       ///< octets after DATA as they are
        cancel,    ///< "*", if the line before was answered 334
        drain,     ///< QUIT, and every reply until the end: how many came tells how many commands the server saw
        start_tls  ///< STARTTLS with `octets` in clear behind it, then TLS, then what comes
    };
    static constexpr int always = -1;

    std::string label;
    std::string octets;
    Kind kind = Kind::command;
    int after = always;  ///< only if that line of the script was answered 2xx or 3xx
};

enum class Channel : std::uint8_t {
    clear,       ///< no TLS, even where it is offered
    if_offered,  ///< STARTTLS where it is offered
    starttls,    ///< STARTTLS, or nothing is said
    wrapped,     ///< TLS first
};

/// How a message gets into the server.
enum class Way : std::uint8_t {
    smtp,    ///< a conversation
    pickup,  ///< sendmail(1) on the server itself
    web      ///< a form of the site's
};

struct Script {
    std::string purpose;
    IpAddress server;
    std::uint16_t port = 25;
    Channel channel = Channel::if_offered;
    Way way = Way::smtp;  ///< else the one line is a message, and nothing else holds
    bool log_in = false;  ///< as the test user, before the first line
    bool relay = false;   ///< must not start from the audited address
    std::string token;
    std::vector<Line> lines;

    /// Returns its place, for `after` of others.
    int say(std::string label, std::string octets, int after = Line::always, Line::Kind kind = Line::Kind::command) {
        lines.push_back({std::move(label), std::move(octets), kind, after});
        return static_cast<int>(lines.size()) - 1;
    }
    /// MAIL, RCPT under `label`; returns the place of RCPT.
    int ask(const std::string& label, const std::string& sender, const std::string& recipient) {
        const int mail = say(label + ".mail", "MAIL FROM:" + sender);
        return say(label, "RCPT TO:" + recipient, mail);
    }
    /// MAIL, RCPT, DATA and the message, whose reply is `label`'s.
    void send(const std::string& label, const std::string& sender, const std::string& recipient, std::string message) {
        const int rcpt = ask(label + ".rcpt", sender, recipient);
        const int data = say(label + ".data", "DATA", rcpt, Line::Kind::data);
        say(label, std::move(message), data, Line::Kind::message);
    }
};

}  // namespace postern::audit
