// SPDX-License-Identifier: Apache-2.0
#include "wire/smtp_client.hpp"

#include "wire/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace postern::wire {
namespace {

bool has_word(std::string_view text, std::string_view word) {
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" ="), text.size());
        if (text.substr(0, end) == word) return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

}  // namespace

Result<std::string> SmtpClient::say(std::string command, Asked asked) {
    if (phase_ != Phase::ready)
        return fail("smtp.client.out_of_turn",
                    phase_ == Phase::ended ? "the conversation has ended" : "a command was to be sent out of its turn");
    if (reader_.left() > 0) {
        phase_ = Phase::ended;
        return fail("smtp.client.unasked", "the server sent a reply that nobody asked for");
    }
    if (command.find_first_of("\r\n") != std::string::npos)
        return fail("smtp.client.line_break", "a command may not hold a line break");
    if (command.size() > max_command)
        return fail("smtp.client.too_long", fmt::format("a command is longer than {} octets", max_command));
    phase_ = Phase::answering;
    asked_ = asked;
    return command + "\r\n";
}

Result<std::string> SmtpClient::hello(std::string_view name, bool extended) {
    offered_.clear();
    return say(fmt::format("{} {}", extended ? "EHLO" : "HELO", name), Asked::hello);
}

Result<std::string> SmtpClient::start_tls(std::string_view behind) {
    auto command = say("STARTTLS", Asked::tls);
    if (command) *command += behind;
    return command;
}

Result<std::string> SmtpClient::mail(std::string_view path, std::string_view parameters) {
    return say(fmt::format("MAIL FROM:{}{}{}", path, parameters.empty() ? "" : " ", parameters), Asked::nothing);
}

Result<std::string> SmtpClient::recipient(std::string_view path) {
    return say(fmt::format("RCPT TO:{}", path), Asked::nothing);
}

Result<std::string> SmtpClient::data() { return say("DATA", Asked::data); }

Result<std::string> SmtpClient::line(std::string_view command) { return say(std::string(command), Asked::nothing); }

Result<std::string> SmtpClient::body(std::string_view message) { return raw(canonical_body(message)); }

Result<std::string> SmtpClient::raw(std::string_view octets) {
    if (phase_ != Phase::body) return fail("smtp.client.out_of_turn", "the server has not asked for a message");
    phase_ = Phase::answering;
    asked_ = Asked::body;
    return std::string(octets);
}

Result<std::string> SmtpClient::log_in(const SmtpCredentials& credentials) {
    if (!secure_) return fail("smtp.client.auth_in_clear", "a password is not sent without TLS");
    const auto line = std::ranges::find_if(
        offered_, [](const std::string& one) { return one.starts_with("AUTH ") || one.starts_with("AUTH="); });
    const std::string_view mechanisms = line == offered_.end() ? std::string_view{} : std::string_view(*line).substr(5);
    responses_.clear();
    if (has_word(mechanisms, "PLAIN")) {
        std::string token = '\0' + credentials.login + '\0' + credentials.password;
        return say("AUTH PLAIN " + encode_base64(token), Asked::login);
    }
    if (!has_word(mechanisms, "LOGIN"))
        return fail("smtp.client.no_mechanism", "the server offers neither AUTH PLAIN nor AUTH LOGIN");
    auto command = say("AUTH LOGIN", Asked::login);
    if (command) responses_ = {encode_base64(credentials.password), encode_base64(credentials.login)};
    return command;
}

Result<std::string> SmtpClient::respond() {
    if (phase_ != Phase::challenge) return fail("smtp.client.out_of_turn", "the server has not asked for anything");
    phase_ = Phase::ready;
    if (responses_.empty()) return say("*", Asked::login);
    std::string response = std::move(responses_.back());
    responses_.pop_back();
    return say(std::move(response), Asked::login);
}

Result<std::string> SmtpClient::cancel() {
    responses_.clear();
    return respond();
}

Result<std::string> SmtpClient::quit_and_drain() {
    if (phase_ != Phase::ready) return fail("smtp.client.out_of_turn", "the conversation has ended");
    expect_another();
    return "QUIT\r\n";
}

void SmtpClient::expect_another() {
    if (phase_ == Phase::ready || phase_ == Phase::body) {
        phase_ = Phase::answering;
        asked_ = Asked::body;
    }
}

void SmtpClient::tls_started(bool greets) {
    reader_ = {};
    offered_.clear();
    secure_ = true;
    phase_ = greets ? Phase::greeting : Phase::ready;
}

bool SmtpClient::offers(std::string_view keyword) const {
    return std::ranges::any_of(offered_, [&](const std::string& line) {
        return line.starts_with(keyword) &&
               (line.size() == keyword.size() || line[keyword.size()] == ' ' || line[keyword.size()] == '=');
    });
}

void SmtpClient::answered(const SmtpReply& reply) {
    const Asked asked = std::exchange(asked_, Asked::nothing);
    const bool greeting = phase_ == Phase::greeting;
    phase_ = Phase::ready;
    if (reply.code == 421 || (greeting && reply.code / 100 != 2)) phase_ = Phase::ended;
    else if (asked == Asked::hello && reply.code == 250) offered_.assign(reply.lines.begin() + 1, reply.lines.end());
    else if (asked == Asked::tls && reply.code == 220) phase_ = Phase::handshake;
    else if (asked == Asked::data && reply.code == 354) phase_ = Phase::body;
    else if (reply.code == 334) phase_ = Phase::challenge;
}

Result<std::optional<SmtpReply>> SmtpClient::take(std::string_view octets) {
    if (phase_ != Phase::greeting && phase_ != Phase::answering) {
        if (octets.empty() && reader_.left() == 0) return std::nullopt;
        phase_ = Phase::ended;
        return fail("smtp.client.unasked", "the server sent a reply that nobody asked for");
    }
    auto reply = reader_.take(octets);
    if (!reply) {
        phase_ = Phase::ended;
        return reply;
    }
    if (!*reply) return reply;
    answered(**reply);
    if (phase_ == Phase::handshake && reader_.left() > 0) {
        phase_ = Phase::ended;
        return fail("smtp.client.behind_starttls", "the server sent octets in clear behind its answer to STARTTLS");
    }
    return reply;
}

std::string canonical_body(std::string_view message) {
    std::string out;
    out.reserve(message.size() + message.size() / 32 + 8);
    bool line_begins = true;
    for (std::size_t at = 0; at < message.size(); ++at) {
        const char c = message[at];
        if (c == '\r' || c == '\n') {
            if (c == '\r' && at + 1 < message.size() && message[at + 1] == '\n') ++at;
            out += "\r\n";
            line_begins = true;
            continue;
        }
        if (line_begins && c == '.') out += '.';
        out += c;
        line_begins = false;
    }
    if (!line_begins) out += "\r\n";
    return out + ".\r\n";
}

}  // namespace postern::wire
