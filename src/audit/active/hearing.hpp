// SPDX-License-Identifier: Apache-2.0
// What a server's answer to a probe means, and what it does not.
//
// A refusal is proof only if it is one of the thing asked: a server that does not like the sender's domain, or that puts every stranger
// off for five minutes, has said nothing about relaying. Those are values of their own.
#pragma once

#include "audit/active/conversation.hpp"

namespace postern::audit {

enum class Heard : std::uint8_t {
    accepted,
    refused,    ///< 5xx, or a 4xx that speaks of relaying
    deferred,   ///< 4xx: greylisting or a passing fault
    otherwise,  ///< refused for a reason that has nothing to do with the recipient: sender's domain, a list, TLS wanted
    nothing,    ///< not asked, or no answer
};

[[nodiscard]] Heard heard(const Turn* turn);

/// In `text`, without regard to the case of ASCII letters.
[[nodiscard]] bool speaks_of(std::string_view text, std::string_view word);

/// "RCPT TO:<x@y> was answered 554 Relay access denied", for findings; raw text of the server in it.
[[nodiscard]] std::string quoted(const Turn& turn);

}  // namespace postern::audit
