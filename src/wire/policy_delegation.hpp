// SPDX-License-Identifier: Apache-2.0
// Postfix's policy delegation (SMTPD_POLICY_README): its smtpd asks about one client and one recipient at a time, in lines of text, and
// does what the answer says.
//
//     request=smtpd_access_policy        protocol_state=RCPT     sender=anna@example.com     ...     (an empty line)
//     action=554 5.7.1 Mail for this domain is not taken here                                        (an empty line)
//
// Attributes come in any order, unknown ones are passed over, and one that is missing is empty: older Postfixes have fewer. One that came
// twice is an error, for two readers could take either. Addresses come without their quotes ("a@b"@example.com as a@b@example.com), so a
// reader has to put them back before he judges. On anything that cannot be understood no answer is given (the protocol wants it so): Postfix
// asks once more on a new connection and then defers.
#pragma once

#include "base/error.hpp"
#include "wire/smtp_refusal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

struct PolicyRequest {
    std::string state;     ///< "CONNECT", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "END-OF-MESSAGE", "VRFY", "ETRN"
    std::string instance;  ///< the same for all requests about one message
    std::string queue_id;  ///< empty before the first recipient is taken
    std::string client_address, client_name, helo;  ///< the name is "unknown" unless it was confirmed
    std::string sender, recipient;                  ///< as Postfix keeps them, without quotes and brackets
    std::string login, login_method;                ///< of an authenticated client
    std::string tls_version;
    std::string context, server_port;   ///< of the listener: smtpd_policy_service_policy_context, and its port
    std::uint32_t recipient_count = 0;  ///< of taken ones; at DATA and END-OF-MESSAGE only
    std::uint64_t size = 0;             ///< announced by the client, at END-OF-MESSAGE counted
};

class PolicyRequestReader {
public:
    static constexpr std::size_t max_line = 8 * 1024;       ///< octets of a name with its value
    static constexpr std::size_t max_attributes = 100;      ///< Postfix 3.10 sends 31
    static constexpr std::size_t max_request = 64 * 1024;   ///< octets of all of them
    static constexpr std::uint32_t max_count = 10'000'000;  ///< recipients that a message may claim

    /// Takes the next request off the front of `octets`; nothing when it is not whole yet: then all octets are taken.
    /// Errors: policy.too_long, policy.too_many, policy.malformed, policy.twice, policy.kind (not an access request). The connection is
    /// of no use then.
    [[nodiscard]] Result<std::optional<PolicyRequest>> next(std::string_view& octets);

private:
    [[nodiscard]] Result<void> take_line(std::string_view line);
    [[nodiscard]] Result<PolicyRequest> finish();

    PolicyRequest request_;
    std::string kind_, line_;
    std::size_t octets_ = 0, attributes_ = 0;
    std::uint32_t seen_ = 0;  // a bit for each known attribute
};

/// What Postfix is to do: one action of access(5). Its text is one line of printable ASCII.
class PolicyAction {
public:
    /// We have nothing against it; the site's other restrictions go on. Never OK, which would end them.
    [[nodiscard]] static PolicyAction dunno() { return PolicyAction("DUNNO"); }
    [[nodiscard]] static PolicyAction refuse(const SmtpRefusal& refusal) { return PolicyAction(refusal.line()); }
    /// A temporary refusal that gives way to a permanent one of a later restriction. A permanent one stays what it is.
    [[nodiscard]] static PolicyAction defer_if_permit(const SmtpRefusal& refusal);
    /// The whole message into Postfix's hold queue.
    [[nodiscard]] static PolicyAction hold(std::string_view text);
    /// A header field on top of the message. Not at END-OF-MESSAGE.
    [[nodiscard]] static PolicyAction prepend(std::string_view name, std::string_view value);

    /// "action=DUNNO", and an empty line.
    [[nodiscard]] std::string text() const { return "action=" + action_ + "\n\n"; }

private:
    explicit PolicyAction(std::string action) : action_(std::move(action)) {}

    std::string action_;
};

/// The path of an address that came without its quotes: "<\"a@b\"@example.com>" for "a@b@example.com", "<>" for "".
[[nodiscard]] std::string policy_path(std::string_view address);

}  // namespace postern::wire
