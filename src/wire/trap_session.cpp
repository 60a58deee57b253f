// SPDX-License-Identifier: Apache-2.0
#include "wire/trap_session.hpp"

#include "base/ascii_case.hpp"
#include "wire/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace postern::wire {
namespace {

constexpr std::string_view refusal =
    "554 5.7.1 m2.port25.trapped: mail from this network leaves only through its mail server; this attempt is on "
    "record\r\n";
constexpr std::string_view proxy_signature{"\r\n\r\n\0\r\nQUIT\n", 12};

bool same(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, to_lower, to_lower);
}

bool begins(std::string_view text, std::string_view with) {
    return text.size() >= with.size() && same(text.substr(0, with.size()), with);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string kept(std::string_view text) { return std::string(text.substr(0, TrapLimits::kept)); }

bool is_verb(std::string_view verb) {
    constexpr std::array<std::string_view, 15> verbs{"HELO", "EHLO", "MAIL", "RCPT", "DATA", "RSET",     "NOOP", "QUIT",
                                                     "VRFY", "EXPN", "HELP", "AUTH", "BDAT", "STARTTLS", "ETRN"};
    return std::ranges::any_of(verbs, [&](std::string_view known) { return same(verb, known); });
}

/// "FROM:<anna@example.com> SIZE=1": what stands between the brackets, or the first word where there are none.
std::string_view path_of(std::string_view rest) {
    const auto colon = rest.find(':');
    if (colon == rest.npos) return {};
    rest = trimmed(rest.substr(colon + 1));
    if (rest.starts_with('<')) return rest.substr(1, std::min(rest.find('>'), rest.size()) - 1);
    return rest.substr(0, rest.find(' '));
}

}  // namespace

std::string_view to_string(TrapKind kind) {
    constexpr std::array<std::string_view, 11> names{"silent", "smtp",   "tls",  "http",    "socks", "proxy",
                                                     "ssh",    "binary", "text", "endless", "slow"};
    return names[static_cast<std::size_t>(kind)];
}

std::string TrapSession::greeting() {
    if (greeted_ || state_ == State::done) return {};
    return greet();
}

std::string TrapSession::greet() {
    greeted_ = true;
    return fmt::format("220 {} ESMTP\r\n", name_);
}

std::string TrapSession::finish(std::string say, std::string_view limit) {
    state_ = State::done;
    pending_.clear();
    findings_.limit = limit;
    return say;
}

/// Names what does not begin with text; true: nothing more is wanted of it.
bool TrapSession::recognise() {
    const auto named = [&](TrapKind kind) {
        findings_.kind = kind;
        recognised_ = true;
        return true;
    };
    const auto octet = static_cast<unsigned char>(pending_.front());
    if (octet == 0x16) {
        Reader reader(pending_);
        (void)reader.take(3);
        const auto length = reader.take16();
        const std::size_t wanted = length ? std::min<std::size_t>(*length + 5U, TrapLimits::hello) : TrapLimits::hello;
        findings_.kind = TrapKind::tls;  // should no more come
        if (pending_.size() < wanted) return false;
        findings_.server_name = kept(client_hello_name(pending_));
        return named(TrapKind::tls);
    }
    if (octet == 4 || octet == 5) return named(TrapKind::socks);
    if (findings_.first.starts_with(proxy_signature.substr(0, 5))) return named(TrapKind::proxy);
    if ((octet < 0x20 && octet != '\r' && octet != '\n' && octet != '\t') || octet >= 0x7F)
        return named(TrapKind::binary);
    return false;
}

void TrapSession::recognise_line(std::string_view line) {
    constexpr std::array<std::string_view, 8> methods{"GET ",     "POST ",   "HEAD ",  "PUT ",
                                                      "OPTIONS ", "DELETE ", "PRI * ", "CONNECT "};
    if (is_verb(line.substr(0, line.find(' ')))) findings_.kind = TrapKind::smtp;
    else if (findings_.kind == TrapKind::text) return;  // lines of nothing we know, and then these
    else if (std::ranges::any_of(methods, [&](auto method) { return line.starts_with(method); }))
        findings_.kind = TrapKind::http;
    else if (line.starts_with("SSH-")) findings_.kind = TrapKind::ssh;
    else if (line.starts_with("PROXY ")) findings_.kind = TrapKind::proxy;
    else findings_.kind = TrapKind::text;
    recognised_ = findings_.kind != TrapKind::text;
}

TrapSession::Step TrapSession::take(std::string_view octets, std::chrono::milliseconds since) {
    if (findings_.first_octet_after.count() < 0) {
        findings_.first_octet_after = since;
        findings_.spoke_first = !greeted_;
    }
    Step out;
    if (state_ == State::done) return {{}, true};
    input_ += octets.size();
    if (input_ > TrapLimits::input) out.say = finish("421 4.7.0 too much was sent\r\n", "input");
    // Line by line, so that what is kept does not depend on how the octets were cut.
    while (!octets.empty() && state_ != State::done) {
        const auto end = octets.find('\n');
        const std::string_view piece = octets.substr(0, end == octets.npos ? octets.size() : end + 1);
        octets.remove_prefix(piece.size());
        pending_ += piece;
        if (state_ == State::header || state_ == State::body) message_octets_ += piece.size();
        findings_.first += piece.substr(0, TrapLimits::kept - std::min(TrapLimits::kept, findings_.first.size()));
        const bool more_follows = !octets.empty();
        std::string said = answer(since);
        if (more_follows && !said.empty() && state_ != State::done) findings_.pipelined = true;
        out.say += said;
    }
    out.close = state_ == State::done;
    const bool speaks_smtp = findings_.kind == TrapKind::smtp || findings_.kind == TrapKind::text;
    if (out.close && !speaks_smtp) out.say.clear();  // it would not understand a word
    else if (!greeted_ && (speaks_smtp || findings_.kind == TrapKind::silent))
        out.say.insert(0, greet());  // to who has QUIT already, too
    answered_ = since;
    return out;
}

/// `pending_` has grown by a piece without a newline, or by one that ends with it.
std::string TrapSession::answer(std::chrono::milliseconds since) {
    const bool whole = pending_.back() == '\n';
    // Who has written lines is not taken for another protocol by what stands in them.
    if (!recognised_ && findings_.kind != TrapKind::text && recognise()) return finish({});
    if (findings_.kind == TrapKind::tls) return {};
    const bool in_message = state_ == State::header || state_ == State::body;
    if (in_message && message_octets_ > TrapLimits::message) return finish(std::string(refusal), "message");
    if (!in_message && pending_.size() > TrapLimits::line) {
        if (!recognised_) findings_.kind = TrapKind::endless;
        return finish("500 5.5.6 a command line has at most 2048 octets\r\n", "line");
    }
    if (!whole) return {};
    std::string line = std::exchange(pending_, {});
    line.pop_back();
    if (!line.ends_with('\r')) findings_.bare_newline = true;
    if (line.ends_with('\r')) line.pop_back();
    if (in_message) return take_message_line(line);
    if (line.empty() && !recognised_ && findings_.kind != TrapKind::text) {
        // Blank lines in front: perhaps a person, perhaps the signature of the PROXY protocol, which begins so.
        return ++commands_ > TrapLimits::commands ? finish("421 4.7.0 too many commands\r\n", "commands")
                                                  : std::string();
    }
    if (!recognised_) recognise_line(line);
    if (findings_.kind != TrapKind::smtp && findings_.kind != TrapKind::text) return finish({});
    ++findings_.lines;
    if (greeted_ && since - answered_ >= TrapLimits::pause) ++findings_.paused_lines;
    return take_line(line);
}

std::string TrapSession::take_line(std::string_view line) {
    if (line.find_first_of("\b\x7F") != line.npos) findings_.corrected = true;
    if (++commands_ > TrapLimits::commands) return finish("421 4.7.0 too many commands\r\n", "commands");
    const std::string_view verb = line.substr(0, line.find(' '));
    if (is_verb(verb)) return take_command(verb, trimmed(line.substr(verb.size())));
    if (++findings_.unknown_commands > TrapLimits::unknown_commands)
        return finish("421 4.7.0 too many unknown commands\r\n", "unknown_commands");
    return "500 5.5.1 no such command\r\n";
}

std::string TrapSession::take_command(std::string_view verb, std::string_view rest) {
    if (same(verb, "HELO") || same(verb, "EHLO")) {
        findings_.helo = kept(rest);
        state_ = State::idle;
        return fmt::format("250 {}\r\n", name_);
    }
    if (same(verb, "QUIT")) {
        findings_.quit = true;
        return finish("221 2.0.0 bye\r\n");
    }
    if (same(verb, "RSET")) {
        state_ = State::idle;
        return "250 2.0.0 done\r\n";
    }
    if (same(verb, "NOOP") || same(verb, "HELP")) return "250 2.0.0 done\r\n";
    if (same(verb, "AUTH")) findings_.asked_login = true;
    if (same(verb, "STARTTLS")) findings_.asked_tls = true;
    if (same(verb, "MAIL") || same(verb, "RCPT") || same(verb, "DATA")) return take_envelope(verb, rest);
    return "502 5.5.1 not offered here\r\n";
}

std::string TrapSession::take_envelope(std::string_view verb, std::string_view rest) {
    if (same(verb, "MAIL")) {
        if (!begins(rest, "FROM:")) return "501 5.5.4 MAIL FROM:<address>\r\n";
        findings_.sender = kept(path_of(rest));
        state_ = State::mail;
        return "250 2.1.0 go on\r\n";
    }
    if (same(verb, "RCPT")) {
        if (state_ == State::idle) return "503 5.5.1 MAIL first\r\n";
        if (!begins(rest, "TO:")) return "501 5.5.4 RCPT TO:<address>\r\n";
        ++findings_.recipient_count;
        if (findings_.recipients.size() < TrapLimits::kept_recipients)
            findings_.recipients.push_back(kept(path_of(rest)));
        state_ = State::rcpt;
        return "250 2.1.5 go on\r\n";
    }
    if (state_ != State::rcpt) return "503 5.5.1 RCPT first\r\n";
    ++findings_.message_count;
    message_octets_ = 0;
    state_ = State::header;
    return "354 go on\r\n";
}

std::string TrapSession::take_message_line(std::string_view line) {
    if (line == ".") {
        state_ = State::idle;
        return std::string(refusal);
    }
    if (line.empty()) state_ = State::body;
    if (state_ == State::header) take_header(line);
    return {};
}

void TrapSession::take_header(std::string_view line) {
    if (findings_.message_count > 1) return;
    const auto field = [&](std::string_view name, std::string& out) {
        if (out.empty() && begins(line, name)) out = kept(trimmed(line.substr(name.size())));
    };
    field("Subject:", findings_.subject);
    field("From:", findings_.header_from);
    field("User-Agent:", findings_.mailer);
    field("X-Mailer:", findings_.mailer);
}

void TrapSession::end(End why) {
    if (state_ == State::done) return;
    if (findings_.kind == TrapKind::silent && !findings_.first.empty()) findings_.kind = TrapKind::slow;
    if (why == End::time) findings_.limit = "time";
    state_ = State::done;
}

std::string_view client_hello_name(std::string_view octets) {
    // Record header 5, handshake header 4, version 2, random 32; then session id, cipher suites, compressions, extensions.
    Reader reader(octets);
    if (!reader.take(5 + 4 + 2 + 32)) return {};
    const auto skip8 = reader.take8();
    if (!skip8 || !reader.take(*skip8)) return {};
    const auto suites = reader.take16();
    if (!suites || !reader.take(*suites)) return {};
    const auto compressions = reader.take8();
    if (!compressions || !reader.take(*compressions) || !reader.take16()) return {};
    for (;;) {
        const auto type = reader.take16(), length = reader.take16();
        const auto body = type && length ? reader.take(*length) : std::nullopt;
        if (!body) return {};
        if (*type != 0) continue;
        Reader names(*body);
        (void)names.take16();
        const auto kind = names.take8();
        const auto size = names.take16();
        const auto name = kind && *kind == 0 && size ? names.take(*size) : std::nullopt;
        return name.value_or(std::string_view{});
    }
}

}  // namespace postern::wire
