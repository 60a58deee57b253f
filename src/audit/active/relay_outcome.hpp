// SPDX-License-Identifier: Apache-2.0
// What the relay battery showed of each form, at each address and port.
#pragma once

#include "audit/active/conversation.hpp"
#include "audit/active/relay_forms.hpp"

namespace postern::audit {

struct RelayOutcome {
    enum class What : std::uint8_t {
        refused,
        delivered,  ///< a message in this form arrived at the far end
        among,      ///< one message in several forms arrived: at least one of them relays
        taken,      ///< accepted, and the message too; it has not arrived
        accepted,   ///< accepted at RCPT; no message was sent
        at_home,    ///< accepted, but so is every local part of the own domain: by itself it says nothing
        kept,       ///< the same, and its message was taken and did not arrive: a local part like any other
        deferred,
        otherwise,  ///< refused for another reason than relaying
        banned,     ///< the batch's control failed
        not_tried
    };
    const RelayForm* form = nullptr;
    IpAddress server;
    std::uint16_t port = 25;
    What what = What::not_tried;
    std::string quote;  ///< the turn that shows it, or why nothing does; raw text of the server in it
};

/// One for each form that was tried, in the order of the forms; of several tries the one that shows most.
[[nodiscard]] std::vector<RelayOutcome> relay_outcomes(const Active& active);

/// It is the message that was sent, not a bounce or an answer that quotes it: its own header names the token. A filter that packs a
/// message into its report keeps the Message-ID.
[[nodiscard]] bool is_itself(const Arrival& arrival);

/// Whether the message with that token arrived anywhere, itself. Borrowed; null: no.
[[nodiscard]] const Arrival* arrival_of(const Active& active, std::string_view token);

}  // namespace postern::audit
