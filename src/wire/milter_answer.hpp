// SPDX-License-Identifier: Apache-2.0
// What a milter says to the MTA, as octets: one reply, or a group of changes with the verdict behind them.
//
// Changes are all or none. Each is checked against what the MTA granted and against what a header or address may hold before the first
// octet is made; one that cannot stand takes the whole group with it. The verdict is the group's last frame, so an MTA that loses the
// connection in between has no verdict and applies its default action.
#pragma once

#include "wire/milter_command.hpp"
#include "wire/smtp_refusal.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::wire {

struct MilterHeaderChange {
    enum class Kind : std::uint8_t {
        add,     ///< behind all others
        insert,  ///< so that `index` fields stand in front of it; 0: on top, above the MTA's own Received
        change   ///< the `index`-th of that name, from 1; an empty value takes it out
    };

    Kind kind = Kind::add;
    std::uint32_t index = 0;
    std::string name;
    std::string value;  ///< without the blank behind the colon; folded by LF and a blank or tab
};

struct MilterChanges {
    static constexpr std::size_t max_value = 64 * 1024;  ///< octets of one header's value

    std::vector<MilterHeaderChange> headers;
    std::optional<std::string> sender;        ///< "<anna@example.com>"
    std::vector<std::string> added, deleted;  ///< recipients
    std::optional<std::string> body;
    std::string quarantine;  ///< the reason; not empty: the MTA holds the message in its own queue

    [[nodiscard]] bool none() const;
    /// The MilterAction bits that these need.
    [[nodiscard]] std::uint32_t needed() const;
};

/// One frame.
[[nodiscard]] std::string milter_frame(char command, std::string_view data);
void append_milter_frame(std::string& out, char command, std::string_view data);

/// The changes and an accept behind them. `leading_space`: the MTA adds no blank behind a header's colon, so it is sent.
/// Errors: milter.change.not_granted (names it), milter.change.malformed.
[[nodiscard]] Result<std::string> encode_milter_changes(const MilterChanges& changes, std::uint32_t granted,
                                                        bool leading_space);

/// A reply with the line of `refusal`; percent signs are doubled, for Sendmail reads them as a format.
void append_milter_refusal(std::string& out, const SmtpRefusal& refusal);

}  // namespace postern::wire
