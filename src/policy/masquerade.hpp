// SPDX-License-Identifier: Apache-2.0
// The names of machines inside become the domain outside (M5): anna@pc7.example.com leaves as anna@example.com.
//
// Rewritten are the envelope's sender, From, Sender and Reply-To; never Received, never a Message-ID that is there, and nothing at all in
// mail that is already signed, whose signature would break. Date and Message-ID that are missing are added on submission.
#pragma once

#include "base/mail_address.hpp"
#include "policy/settings.hpp"
#include "wire/message.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postern::policy {

struct FieldChange {
    std::string name;       ///< as it stands in the message: "From"
    std::size_t index = 1;  ///< which of that name, from 1
    std::string value;      ///< the new one, without the blank behind the colon; lines folded by CRLF
};

struct Changes {
    std::optional<std::string> sender;  ///< "anna@example.com"
    std::vector<FieldChange> changed, added;

    [[nodiscard]] bool none() const { return !sender && changed.empty() && added.empty(); }
};

/// "example.com" for "pc7.example.com" when the settings name it; nothing when the host is none of theirs or the domain itself.
[[nodiscard]] std::optional<std::string> masqueraded(const DomainName& host, const IdentitySettings& settings);

/// What would be, or is, changed in outgoing mail. `message_id` and `date` are for mail that lacks them: "<...@example.com>", "Tue, 24 Nov ...".
[[nodiscard]] Changes outgoing_changes(const MailAddress& sender, const wire::Message& message,
                                       const IdentitySettings& settings, std::string_view message_id,
                                       std::string_view date);

}  // namespace postern::policy
