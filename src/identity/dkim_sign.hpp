// SPDX-License-Identifier: Apache-2.0
// Signing (RFC 6376 5, RFC 8301, RFC 8463): relaxed/relaxed, SHA-256, RSA of 2048 bits or more, or Ed25519.
//
// Signed is every field of RFC 6376 5.4.1 that is there, and From, To, Subject and Date once more than they are: a second one that
// somebody adds on the way breaks the signature instead of riding on it (8.15). Never l=.
#pragma once

#include "base/domain_name.hpp"
#include "base/instant.hpp"
#include "wire/message.hpp"

#include <memory>
#include <span>
#include <string>

struct evp_pkey_st;

namespace postern::identity {

/// A domain's private key under its selector. Cheap to copy; safe to use on several threads at once.
class DkimSigner {
public:
    static constexpr int least_rsa_bits = 2'048;

    /// `pem`: PKCS #8 or PKCS #1, RSA or Ed25519. Errors: dkim.private_key (what is wrong with it).
    [[nodiscard]] static Result<DkimSigner> make(DomainName domain, std::string selector, std::string_view pem);

    [[nodiscard]] const DomainName& domain() const { return domain_; }
    [[nodiscard]] const std::string& selector() const { return selector_; }
    /// Where the public key is published: "s2026._domainkey.example.com".
    [[nodiscard]] std::string record_name() const;
    /// The record's text: "v=DKIM1; k=rsa; p=MIIB...".
    [[nodiscard]] std::string record_text() const;
    /// The same for a zone file, in strings of at most 255 octets: s2026._domainkey.example.com. TXT "v=DKIM1; ..." "..."
    [[nodiscard]] std::string zone_line() const;

    /// The whole field, "DKIM-Signature: ..." with its CRLF, to stand above `fields`. `body` has CRLF line ends.
    /// Errors: dkim.signing (libcrypto's fault: a temporary one).
    [[nodiscard]] Result<std::string> sign(std::span<const wire::HeaderField> fields, std::string_view body,
                                           Instant now) const;

private:
    DkimSigner(DomainName domain, std::string selector, std::shared_ptr<evp_pkey_st> key, bool rsa)
        : domain_(std::move(domain)), selector_(std::move(selector)), key_(std::move(key)), rsa_(rsa) {}

    [[nodiscard]] std::string sign_octets(std::string_view octets) const;

    DomainName domain_;
    std::string selector_;
    std::shared_ptr<evp_pkey_st> key_;  // the last copy of the signer frees it
    bool rsa_;
};

}  // namespace postern::identity
