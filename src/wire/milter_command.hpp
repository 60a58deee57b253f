// SPDX-License-Identifier: Apache-2.0
// What an MTA says to a milter, as values: one frame, one command. Nothing is copied; every text of the protocol ends with a zero octet,
// and a field without it is refused, never read on.
#pragma once

#include "base/error.hpp"
#include "wire/milter_frame.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace postern::wire {

/// 'O': the newest version the MTA speaks, what it lets a milter change, what it can leave out or need no reply for.
struct MilterOffer {
    std::uint32_t version = 0;
    std::uint32_t actions = 0;  ///< MilterAction
    std::uint32_t steps = 0;    ///< MilterStep
};

/// 'D': values for the command named by `stage`, which follows.
struct MilterMacros {
    char stage = 0;
    std::string_view pairs;  ///< name, zero, value, zero, ...; checked

    /// Takes the first pair off `pairs`; false at the end. A name in braces is given without them.
    [[nodiscard]] static bool next(std::string_view& pairs, std::string_view& name, std::string_view& value);
};

/// 'C'
struct MilterConnect {
    std::string_view host;     ///< "mail.example.com"; "[192.0.2.1]" or "unknown" when it has no confirmed name
    char family = 'U';         ///< '4', '6', 'L' (unix), 'U' (unknown)
    std::uint16_t port = 0;    ///< of the client; 0 unknown
    std::string_view address;  ///< "192.0.2.1", "2001:db8::1" (a prefix "IPv6:" is taken off), a path, or empty
};

/// 'H'
struct MilterHelo {
    std::string_view name;
};

/// 'M' or 'R'
struct MilterPath {
    bool sender = false;         ///< 'M'
    std::string_view path;       ///< "<anna@example.com>", as it came
    std::string_view arguments;  ///< the ESMTP arguments, zero after each
};

/// 'L'
struct MilterHeader {
    std::string_view name;
    std::string_view value;  ///< folded by LF; with the blank behind the colon when `leading_space` was granted
};

/// 'B'
struct MilterBody {
    std::string_view octets;
};

/// 'A', 'K', 'N', 'Q', 'T'
enum class MilterSign : std::uint8_t { abort, quit_new_connection, end_of_headers, quit, data };

/// 'E': the end, with the last octets of the body in it if any.
struct MilterEnd {
    std::string_view octets;
};

/// 'U': a command that the MTA does not know.
struct MilterUnknown {
    std::string_view line;
};

using MilterCommand = std::variant<MilterOffer, MilterMacros, MilterConnect, MilterHelo, MilterPath, MilterHeader,
                                   MilterBody, MilterEnd, MilterSign, MilterUnknown>;

/// What a milter may change (SMFIF_*): asked for, offered, granted.
struct MilterAction {
    static constexpr std::uint32_t add_header = 1U << 0, replace_body = 1U << 1, add_recipient = 1U << 2,
                                   delete_recipient = 1U << 3, change_header = 1U << 4, quarantine = 1U << 5,
                                   change_sender = 1U << 6, name_macros = 1U << 8;
};

/// What need not be sent, and what gets no reply (SMFIP_*).
struct MilterStep {
    static constexpr std::uint32_t no_connect = 1U << 0, no_helo = 1U << 1, no_mail = 1U << 2, no_recipient = 1U << 3,
                                   no_body = 1U << 4, no_headers = 1U << 5, no_end_of_headers = 1U << 6,
                                   silent_header = 1U << 7, no_unknown = 1U << 8, no_data = 1U << 9, skip = 1U << 10,
                                   silent_connect = 1U << 12, silent_helo = 1U << 13, silent_mail = 1U << 14,
                                   silent_recipient = 1U << 15, silent_data = 1U << 16, silent_unknown = 1U << 17,
                                   silent_end_of_headers = 1U << 18, silent_body = 1U << 19, leading_space = 1U << 20;
};

/// Errors: milter.command.unknown, milter.command.malformed (names the command and what is wrong).
[[nodiscard]] Result<MilterCommand> parse_milter_command(const MilterFrame& frame);

}  // namespace postern::wire
