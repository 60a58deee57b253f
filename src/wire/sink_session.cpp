// SPDX-License-Identifier: Apache-2.0
#include "wire/sink_session.hpp"

#include "base/ascii_case.hpp"
#include "base/contains.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace postern::wire {
namespace {

constexpr std::size_t longest_path = 512;            // RFC 5321 4.5.3.1.3 says 256; forms that are tested are longer
constexpr std::size_t longest_hello = 255;           // RFC 5321 4.5.3.1.2
constexpr std::size_t max_endless_line = 64 * 1024;  // octets of a line that never ends, before the door

bool same(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, to_lower, to_lower); }

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

struct Path {
    std::string_view address, parameters;
};

/// "FROM:<a@b> SIZE=1" behind MAIL, "TO:<...>" behind RCPT. A > inside quotes does not end it.
std::optional<Path> read_path(std::string_view argument, std::string_view keyword) {
    if (argument.size() <= keyword.size() || !same(argument.substr(0, keyword.size()), keyword)) return std::nullopt;
    argument = trimmed(argument.substr(keyword.size()));
    if (!argument.starts_with('<')) {
        const auto end = argument.find(' ');
        const std::string_view word = argument.substr(0, end);
        if (word.empty()) return std::nullopt;
        return Path{word, end == argument.npos ? std::string_view{} : trimmed(argument.substr(end))};
    }
    bool quoted = false;
    for (std::size_t i = 1; i < argument.size(); ++i) {
        if (quoted && argument[i] == '\\') ++i;
        else if (argument[i] == '"') quoted = !quoted;
        else if (!quoted && argument[i] == '>')
            return Path{trimmed(argument.substr(1, i - 1)), trimmed(argument.substr(i + 1))};
    }
    return std::nullopt;
}

/// SIZE= of MAIL's parameters; 0: not said.
std::size_t announced_size(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto end = parameters.find(' ');
        const std::string_view one = parameters.substr(0, end);
        std::size_t size = 0;
        if (one.size() > 5 && same(one.substr(0, 5), "SIZE=")) {
            const auto [stop, fault] = std::from_chars(one.data() + 5, one.data() + one.size(), size);
            if (fault == std::errc::result_out_of_range) return SIZE_MAX;
            return stop == one.data() + one.size() ? size : 0;
        }
        parameters = end == parameters.npos ? std::string_view{} : trimmed(parameters.substr(end));
    }
    return 0;
}

std::string bracketed(const std::optional<IpAddress>& ip) {
    if (!ip) return "[unknown]";
    return ip->is_v4() ? fmt::format("[{}]", ip->to_string()) : fmt::format("[IPv6:{}]", ip->to_string());
}

}  // namespace

SinkSession::Step SinkSession::greet() const {
    return {fmt::format("220 {} ESMTP postern probe; you are {}\r\n", place_.name, bracketed(place_.peer)), Then::read};
}

std::string SinkSession::time_is_up() const { return fmt::format("421 4.4.2 {} this took too long\r\n", place_.name); }

SinkSummary SinkSession::summary() const {
    return {.helo = helo_,
            .tls = tls_,
            .sender = last_sender_,
            .recipients = named_,
            .tokens = tokens_,
            .said_quit = said_quit_,
            .over_limit = over_limit_};
}

void SinkSession::tls_started(std::string version) {
    tls_ = std::move(version);
    helo_.clear();
    transaction_ = {};
    line_.clear();
}

std::optional<ProbeToken> SinkSession::token_in(std::string_view text) const {
    return find_probe_token(text, [this](std::string_view token) { return keeper_.is_open(token); });
}

void SinkSession::note(const std::optional<ProbeToken>& token) {
    if (token && tokens_.size() < max_listed && !contains(tokens_, *token)) tokens_.push_back(*token);
}

bool SinkSession::is_own(std::string_view recipient) const {
    if (same(recipient, "postmaster")) return true;
    const auto at = recipient.rfind('@');
    if (at == recipient.npos) return false;
    const std::string_view domain = recipient.substr(at + 1);
    return same(domain, place_.name) || (place_.local && same(domain, bracketed(place_.local)));
}

SinkSession::Step SinkSession::take(std::string_view octets) {
    Step step;
    for (std::size_t i = 0; i < octets.size() && step.then == Then::read; ++i) {
        const char c = octets[i];
        if (in_data_) {
            if (message_octet(c)) message_ends(step);
            else if (swallowed_ > max_swallowed) {
                over_limit_ = true;
                step.write += fmt::format("421 4.3.4 {} takes messages of {} octets\r\n", place_.name, max_message);
                step.then = Then::close;
            }
            continue;
        }
        if (c != '\n') {
            if (line_.size() < max_endless_line) line_ += c;
            if (line_.size() < max_endless_line) continue;
            over_limit_ = true;
            step.write += fmt::format("421 4.5.2 {} takes lines of {} octets\r\n", place_.name, max_line);
            step.then = Then::close;
            continue;
        }
        const std::string line = std::exchange(line_, {});
        if (++commands_ > max_commands) {
            over_limit_ = true;
            step.write += fmt::format("421 4.7.0 {} takes {} commands a session\r\n", place_.name, max_commands);
            step.then = Then::close;
        } else if (line.size() > max_line) {
            refuse(fmt::format("500 5.5.2 a line has at most {} octets", max_line), step);
        } else if (!line.ends_with('\r') || has_control(std::string_view(line).substr(0, line.size() - 1))) {
            refuse("500 5.5.2 a line ends with CR LF and holds no control characters", step);
        } else {
            command(std::string_view(line).substr(0, line.size() - 1), step);
            // Octets behind STARTTLS came in clear and would be read as if they had been protected (CVE-2011-0411 and its kin).
            if (step.then == Then::start_tls && i + 1 < octets.size()) {
                step.write = "554 5.5.1 nothing may follow STARTTLS before its answer\r\n";
                step.then = Then::close;
            }
        }
    }
    return step;
}

void SinkSession::refuse(std::string_view reply, Step& step) {
    step.write += reply;
    step.write += "\r\n";
    if (++errors_ < max_errors) return;
    over_limit_ = true;
    step.write += fmt::format("421 4.7.0 {} takes {} errors a session\r\n", place_.name, max_errors);
    step.then = Then::close;
}

void SinkSession::command(std::string_view line, Step& step) {
    const auto blank = line.find(' ');
    const std::string_view verb = line.substr(0, blank);
    const std::string_view argument = blank == line.npos ? std::string_view{} : trimmed(line.substr(blank + 1));
    if (same(verb, "EHLO") || same(verb, "HELO")) return hello(same(verb, "EHLO"), argument, step);
    if (same(verb, "STARTTLS")) return start_tls(argument, step);
    if (same(verb, "MAIL")) return mail(argument, step);
    if (same(verb, "RCPT")) return recipient(argument, step);
    if (same(verb, "DATA")) return data(argument, step);
    if (same(verb, "RSET")) {
        transaction_ = {};
        step.write += "250 2.0.0 forgotten\r\n";
    } else if (same(verb, "NOOP")) {
        step.write += "250 2.0.0 still here\r\n";
    } else if (same(verb, "VRFY")) {
        step.write += "252 2.5.0 send a message, and see\r\n";
    } else if (same(verb, "QUIT")) {
        said_quit_ = true;
        step.write += fmt::format("221 2.0.0 {} closes\r\n", place_.name);
        step.then = Then::close;
    } else if (same(verb, "EXPN") || same(verb, "HELP") || same(verb, "AUTH") || same(verb, "BDAT")) {
        refuse("502 5.5.1 not offered here", step);
    } else if (++unknown_verbs_ >= max_unknown_verbs) {
        over_limit_ = true;
        step.write += fmt::format("421 4.7.0 {} speaks SMTP only\r\n", place_.name);
        step.then = Then::close;
    } else {
        refuse("500 5.5.1 this is no command of SMTP", step);
    }
}

void SinkSession::hello(bool extended, std::string_view name, Step& step) {
    if (name.empty() || name.size() > longest_hello) return refuse("501 5.5.4 EHLO is followed by your name", step);
    transaction_ = {};
    helo_ = name;
    note(token_in(name));
    // What it calls itself is said back to it alone, made harmless all the same: people read transcripts on terminals.
    const std::string seen = fmt::format("{} sees {} greeting as {}{}", place_.name, bracketed(place_.peer),
                                         printable(name, longest_hello), tls_.empty() ? "" : " over " + tls_);
    if (!extended) {
        step.write += fmt::format("250 {}\r\n", seen);
        return;
    }
    step.write += fmt::format("250-{}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n", seen);
    if (place_.offers_tls && tls_.empty()) step.write += "250-STARTTLS\r\n";
    step.write += fmt::format("250-ENHANCEDSTATUSCODES\r\n250 SIZE {}\r\n", max_message);
}

void SinkSession::start_tls(std::string_view argument, Step& step) {
    if (!place_.offers_tls || !tls_.empty()) return refuse("503 5.5.1 STARTTLS is not offered now", step);
    if (!argument.empty()) return refuse("501 5.5.4 STARTTLS stands alone", step);
    step.write += "220 2.0.0 go ahead\r\n";
    step.then = Then::start_tls;
}

void SinkSession::mail(std::string_view argument, Step& step) {
    if (helo_.empty()) return refuse("503 5.5.1 EHLO comes first", step);
    if (transaction_.open) return refuse("503 5.5.1 a sender was named already", step);
    const auto path = read_path(argument, "FROM:");
    if (!path || path->address.size() > longest_path) return refuse("501 5.5.4 MAIL is written MAIL FROM:<a@b>", step);
    if (announced_size(path->parameters) > max_message)
        return refuse(fmt::format("552 5.3.4 a message has at most {} octets", max_message), step);
    transaction_ = {.open = true, .sender = std::string(path->address), .by_sender = token_in(path->address)};
    last_sender_ = transaction_.sender;
    note(transaction_.by_sender);
    step.write += "250 2.1.0 noted\r\n";
}

void SinkSession::recipient(std::string_view argument, Step& step) {
    if (!transaction_.open) return refuse("503 5.5.1 MAIL comes first", step);
    const auto path = read_path(argument, "TO:");
    if (!path || path->address.empty() || path->address.size() > longest_path)
        return refuse("501 5.5.4 RCPT is written RCPT TO:<a@b>", step);
    if (transaction_.recipients.size() == max_recipients)
        return refuse(fmt::format("452 4.5.3 a message has at most {} recipients", max_recipients), step);
    if (named_.size() < max_listed) named_.emplace_back(path->address);
    auto token = token_in(path->address);
    note(token);
    if (!token && !is_own(path->address))
        return refuse("554 5.7.1 this server relays nothing; it takes only messages of its own tests", step);
    if (token && !transaction_.by_recipient) transaction_.by_recipient = std::move(token);
    transaction_.recipients.emplace_back(path->address);
    step.write += "250 2.1.5 noted\r\n";
}

void SinkSession::data(std::string_view argument, Step& step) {
    if (transaction_.recipients.empty()) return refuse("503 5.5.1 RCPT comes first", step);
    if (!argument.empty()) return refuse("501 5.5.4 DATA stands alone", step);
    if (!keeper_.begin_message(has_token()))
        return refuse("452 4.3.2 too many messages are under way; try again", step);
    in_data_ = true;
    at_ = Place::line_start;
    body_.clear();
    swallowed_ = bare_newlines_ = 0;
    step.write += "354 end with CR LF . CR LF\r\n";
}

void SinkSession::leave_message() {
    if (std::exchange(in_data_, false)) keeper_.end_message(has_token());
}

void SinkSession::keep_octet(char c) {
    if (body_.size() < max_message) body_ += c;
    else ++swallowed_;
}

bool SinkSession::message_octet(char c) {
    switch (at_) {
    case Place::line_start:
        if (c == '.') {
            at_ = Place::dot;
            return false;
        }
        break;
    case Place::dot:
        if (c == '\r') {
            at_ = Place::dot_cr;
            return false;
        }
        break;  // the dot was stuffed, or should have been: it goes
    case Place::dot_cr:
        if (c == '\n') return true;
        ++bare_newlines_;
        keep_octet('\r');
        break;
    case Place::cr:
        if (c == '\n') {
            keep_octet('\r');
            keep_octet('\n');
            at_ = Place::line_start;
            return false;
        }
        ++bare_newlines_;
        keep_octet('\r');
        break;
    case Place::text: break;
    }
    at_ = c == '\r' ? Place::cr : Place::text;
    if (c == '\r') return false;
    if (c == '\n') ++bare_newlines_;  // and no line begins behind it: only CR LF ends one
    keep_octet(c);
    return false;
}

void SinkSession::message_ends(Step& step) {
    leave_message();
    const Transaction done = std::exchange(transaction_, {});
    std::string octets = std::exchange(body_, {});
    if (swallowed_ > 0) return refuse(fmt::format("552 5.3.4 a message has at most {} octets", max_message), step);
    const auto by_text = done.by_recipient || done.by_sender ? std::nullopt : token_in(octets);
    const auto& token = done.by_recipient ? done.by_recipient : done.by_sender ? done.by_sender : by_text;
    if (!token) return refuse("554 5.7.1 this server takes only messages of its own tests", step);
    SinkMessage message{.token = *token,
                        .helo = helo_,
                        .tls = tls_,
                        .sender = done.sender,
                        .recipients = done.recipients,
                        .found_in = done.by_recipient ? "recipient"
                                    : done.by_sender  ? "sender"
                                                      : "text",
                        .octets = std::move(octets),
                        .bare_newlines = bare_newlines_};
    if (keeper_.keep(std::move(message))) step.write += "250 2.0.0 kept for its test\r\n";
    else refuse("452 4.3.1 there is no more room for this test", step);
}

}  // namespace postern::wire
