// SPDX-License-Identifier: Apache-2.0
// The path of MAIL FROM and RCPT TO (RFC 5321 4.1.2), as it came over the wire and as servers behind may understand it.
//
// An address is a place where two readers differ, and relaying lives from it: "victim%elsewhere.example@site.example" is one mailbox for a
// strict reader and a route for an old one. So both readings are kept: the domain behind the last @ outside quotes, which is what we
// judge, and `routed`, whether any reader could take the local part for another address.
#pragma once

#include "base/domain_name.hpp"
#include "base/ip_address.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postern {

class MailAddress {
public:
    static constexpr std::size_t max_local = 64;  ///< RFC 5321 4.5.3.1.1
    static constexpr std::size_t max_path = 256;  ///< RFC 5321 4.5.3.1.3

    /// "<anna@example.com>", "<>", "<postmaster>", "<\"a b\"@example.com>", "<anna@[192.0.2.1]>", "<@a,@b:anna@example.com>"; brackets may be
    /// missing on both sides, never on one. Errors: address.malformed, address.too_long, address.control (an octet below 32 or 127).
    [[nodiscard]] static Result<MailAddress> parse(std::string_view path);

    /// <>: the sender of bounces.
    [[nodiscard]] bool is_null() const { return local_.empty() && !domain_ && !literal_; }
    /// Without quotes and backslashes: "a b".
    [[nodiscard]] const std::string& local() const { return local_; }
    /// Nothing: null, without a domain (postmaster), a literal, or a domain that is no ASCII name (`utf8`).
    [[nodiscard]] const std::optional<DomainName>& domain() const { return domain_; }
    [[nodiscard]] const std::optional<IpAddress>& literal() const { return literal_; }
    [[nodiscard]] bool utf8() const { return utf8_; }
    /// A reader could take it for another address: a source route, or something in the local part that is no plain word: @ % ! | / and whatever needs quotes.
    [[nodiscard]] bool routed() const { return routed_; }
    /// "anna@example.com", in lower case but for the local part; "" for the null sender. For people and keys; of a routed one it cannot be read back.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const MailAddress&, const MailAddress&) = default;

private:
    std::string local_;
    std::optional<DomainName> domain_;
    std::optional<IpAddress> literal_;
    std::string domain_text_;  // of a literal or a domain that is no ASCII name
    bool utf8_ = false, routed_ = false;
};

}  // namespace postern
