// SPDX-License-Identifier: Apache-2.0
// A refusal that names a blocklist or our reputation, made comparable: whose list, which address of ours.
//
// "550 5.7.1 Service unavailable, Client host [203.0.113.25] blocked using zen.spamhaus.org" and a big provider's private wording
// are the same news. Known wordings stand in one table with what they mean; what only smells of a list ("blacklisted", "poor
// reputation") is kept as such.
#pragma once

#include "base/ip_address.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postern::evidence {

struct BlockReply {
    std::string list;  ///< zone where there is one ("zen.spamhaus.org"), else the operator ("Microsoft")
    std::optional<IpAddress> address;  ///< which address was meant, if the reply says so
    bool certain = true;               ///< false: words of reputation only, no list is named
    std::string_view advice;           ///< where to turn; a literal
};

/// Nothing: the reply is about something else.
[[nodiscard]] std::optional<BlockReply> read_block_reply(std::string_view reply);

/// The first public address in a text, if any.
[[nodiscard]] std::optional<IpAddress> find_address(std::string_view text);

}  // namespace postern::evidence
