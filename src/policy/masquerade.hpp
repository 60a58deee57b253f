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

/// The domains whose hosts are hidden, as configured, and those of them that somebody confirmed (policy/masquerade_preview.hpp).
struct MasqueradeDomains {
    std::vector<DomainName> all, confirmed;

    /// A text that is no name is left out: the configuration refuses it.
    [[nodiscard]] static std::vector<DomainName> parse(const std::vector<std::string>& texts);
    /// "example.com" for "pc7.example.com" when it is one of `all`; nothing when the host is none of theirs or the domain itself.
    [[nodiscard]] const DomainName* over(const DomainName& host) const;
    [[nodiscard]] bool is_confirmed(const DomainName& domain) const;
};

/// One address that becomes another.
struct Rewrite {
    std::string_view place;  ///< "envelope", "from", "sender", "reply-to"
    std::string from, to;    ///< "anna@pc7.example.com", "anna@example.com"; raw
    DomainName domain;       ///< by which it does
    friend bool operator==(const Rewrite&, const Rewrite&) = default;
};
inline constexpr std::size_t max_rewrites = 100;  ///< told of one message; all are made

/// What the masquerade means for one message, whether it is done or only shown.
struct MasqueradeSight {
    std::vector<Rewrite> rewrites;  ///< by all domains, confirmed or not
    bool is_signed = false;         ///< nothing of it is done: the signature would break
};
[[nodiscard]] MasqueradeSight masquerade_sight(const MailAddress& sender, const wire::Message& message,
                                               const MasqueradeDomains& domains);

/// What is changed in outgoing mail: names by the confirmed domains, and what is missing. `message_id` and `date` are for mail that lacks
/// them: "<...@example.com>", "Tue, 24 Nov ...".
[[nodiscard]] Changes outgoing_changes(const MailAddress& sender, const wire::Message& message,
                                       const MasqueradeDomains& domains, bool add_missing_fields,
                                       std::string_view message_id, std::string_view date);

}  // namespace postern::policy
