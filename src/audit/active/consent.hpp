// SPDX-License-Identifier: Apache-2.0
// Who may test whom: intrusive tests need proof of control, and never go to a provider's shared hosts, proof or not.
//
// Proof is a TXT record at _postern.DOMAIN that holds the auditor's own word, which is a digest of a secret kept on the auditor's
// machine: who only reads the record cannot use it. It may say until when ("postern-consent=3f... until=2026-12-31"), and then ends
// with that day. Or the audit runs on the mail server itself, whose configuration names the
// domain as its own. Which hosts are shared is data (data/shared-hosts.toml), held against the MX name, the reverse name and the
// name in the greeting: a record of one's own that points at a provider's address hides none of them all.
#pragma once

#include "audit/evidence.hpp"
#include "base/inquiry.hpp"

#include <span>

namespace postern::audit {

struct SharedHosts {
    std::string provider;
    std::vector<std::string> names;  ///< host names within these are the provider's
};

/// The provider that a host name belongs to; "" if none is known. A filtering service's shared hosts are a provider's too.
[[nodiscard]] std::string provider_of(std::span<const SharedHosts> shared, std::span<const FilterService> services,
                                      std::string_view host);

struct ConsentQuestion {
    DomainName domain;
    Instant now{};                        ///< against the day that the record may name
    std::string word;                     ///< what the record must hold, "postern-consent=3f..."
    std::vector<DomainName> hosts;        ///< names of the servers
    std::vector<IpAddress> addresses;     ///< where they are
    bool on_the_host = false;             ///< one of `addresses` is this machine's
    bool named_as_own = false;            ///< this machine's configuration names the domain
    std::span<const SharedHosts> shared;  ///< outlive the inquiry
    std::span<const FilterService> services;
};

struct Consent {
    bool given = false;
    std::string how;  ///< "the TXT record at _postern.example.com holds your word"
    std::string why_not;
};

inline constexpr std::string_view consent_prefix = "postern-consent=";

[[nodiscard]] dns::Inquiry<Consent> find_consent(ConsentQuestion question);

}  // namespace postern::audit
