// SPDX-License-Identifier: Apache-2.0
#include "wire/milter_answer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::wire {
namespace {

constexpr std::size_t body_chunk = 65'535;  // MILTER_CHUNK_SIZE: more is not for every MTA

void append_number(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

std::string with_zero(std::string_view text) {
    std::string out(text);
    out += '\0';
    return out;
}

/// RFC 5322 2.2: printable but the colon.
bool is_field_name(std::string_view name) {
    return !name.empty() && name.size() <= 77 &&
           std::ranges::all_of(name, [](char octet) { return octet > ' ' && octet <= '~' && octet != ':'; });
}

/// No zero, no CR, and behind each LF a blank: a value cannot become another field, or the body.
bool is_field_value(std::string_view value) {
    if (value.size() > MilterChanges::max_value) return false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\0' || value[i] == '\r') return false;
        if (value[i] == '\n' && (i + 1 == value.size() || (value[i + 1] != ' ' && value[i + 1] != '\t'))) return false;
    }
    return true;
}

bool is_address(std::string_view text) {
    return !text.empty() && text.size() <= 512 && std::ranges::none_of(text, [](char octet) {
        return static_cast<unsigned char>(octet) < ' ' || octet == 0x7f;
    });
}

std::unexpected<Error> malformed(std::string_view what) {
    return fail("milter.change.malformed", fmt::format("the change of {} cannot be written", what));
}

Result<void> append_header(std::string& out, const MilterHeaderChange& change, bool leading_space) {
    using Kind = MilterHeaderChange::Kind;
    if (!is_field_name(change.name) || !is_field_value(change.value)) return malformed("a header");
    if (change.kind != Kind::change && change.value.empty()) return malformed("a header");
    std::string data;
    if (change.kind != Kind::add)
        append_number(data, change.kind == Kind::change ? std::max(change.index, 1U) : change.index);
    data += with_zero(change.name);
    if (leading_space && !change.value.empty()) data += ' ';
    data += with_zero(change.value);
    append_milter_frame(out, change.kind == Kind::add ? 'h' : change.kind == Kind::insert ? 'i' : 'm', data);
    return {};
}

Result<void> append_addresses(std::string& out, const MilterChanges& changes) {
    if (changes.sender) {
        if (!is_address(*changes.sender)) return malformed("the sender");
        append_milter_frame(out, 'e', with_zero(*changes.sender));
    }
    for (const auto& [list, command] : {std::pair{&changes.added, '+'}, std::pair{&changes.deleted, '-'}})
        for (const std::string& address : *list) {
            if (!is_address(address)) return malformed("a recipient");
            append_milter_frame(out, command, with_zero(address));
        }
    return {};
}

}  // namespace

bool MilterChanges::none() const { return needed() == 0; }

std::uint32_t MilterChanges::needed() const {
    std::uint32_t bits = 0;
    for (const MilterHeaderChange& change : headers)
        bits |=
            change.kind == MilterHeaderChange::Kind::change ? MilterAction::change_header : MilterAction::add_header;
    if (sender) bits |= MilterAction::change_sender;
    if (!added.empty()) bits |= MilterAction::add_recipient;
    if (!deleted.empty()) bits |= MilterAction::delete_recipient;
    if (body) bits |= MilterAction::replace_body;
    if (!quarantine.empty()) bits |= MilterAction::quarantine;
    return bits;
}

void append_milter_frame(std::string& out, char command, std::string_view data) {
    append_number(out, static_cast<std::uint32_t>(data.size() + 1));
    out += command;
    out += data;
}

std::string milter_frame(char command, std::string_view data) {
    std::string out;
    append_milter_frame(out, command, data);
    return out;
}

Result<std::string> encode_milter_changes(const MilterChanges& changes, std::uint32_t granted, bool leading_space) {
    if (const std::uint32_t missing = changes.needed() & ~granted; missing != 0)
        return fail("milter.change.not_granted",
                    fmt::format("the mail server does not let this filter {}",
                                missing & MilterAction::quarantine ? "hold messages" : "change messages as is needed"));
    std::string out;
    for (const MilterHeaderChange& change : changes.headers)
        if (auto done = append_header(out, change, leading_space); !done) return std::unexpected(done.error());
    if (auto done = append_addresses(out, changes); !done) return std::unexpected(done.error());
    if (changes.body) {
        std::string_view body = *changes.body;
        do {
            append_milter_frame(out, 'b', body.substr(0, body_chunk));
            body.remove_prefix(std::min(body_chunk, body.size()));
        } while (!body.empty());
    }
    if (!changes.quarantine.empty()) {
        if (!is_address(changes.quarantine)) return malformed("the queue");
        append_milter_frame(out, 'q', with_zero(changes.quarantine));
    }
    append_milter_frame(out, 'a', {});
    return out;
}

void append_milter_refusal(std::string& out, const SmtpRefusal& refusal) {
    std::string data;
    for (const char octet : refusal.line()) data.append(octet == '%' ? 2 : 1, octet);
    data += '\0';
    append_milter_frame(out, 'y', data);
}

}  // namespace postern::wire
