// SPDX-License-Identifier: Apache-2.0
// DKIM (RFC 6376, with RFC 8301 and RFC 8463): whose domain answers for this message, and was it changed on the way?
//
// Every signature of a message is judged by itself and gives one verdict. Work is bounded before it starts: at most
// `dkim_max_signatures` are verified, and the body is hashed once for each canonicalisation.
#pragma once

#include "base/inquiry.hpp"
#include "base/instant.hpp"
#include "wire/message.hpp"

namespace postern::identity {

inline constexpr std::size_t dkim_max_signatures = 8;
inline constexpr int dkim_min_rsa_bits = 1024;  ///< RFC 8301 3.2

enum class DkimResult : std::uint8_t { pass, fail, policy, neutral, temperror, permerror };
[[nodiscard]] std::string_view to_string(DkimResult result);

/// A key record (RFC 6376 3.6.1).
struct DkimKey {
    enum class Kind : std::uint8_t { rsa, ed25519 };
    Kind kind = Kind::rsa;
    std::string octets;          ///< SubjectPublicKeyInfo or RSAPublicKey, or the 32 octets of Ed25519; empty: revoked
    bool testing = false;        ///< t=y
    bool no_subdomains = false;  ///< t=s
    int bits = 0;                ///< 0: not a key
};
/// Errors: dkim.key (what is wrong with it). A revoked key (p=) is no error.
[[nodiscard]] Result<DkimKey> parse_dkim_key(std::string_view text);

struct DkimVerdict {
    DkimResult result = DkimResult::neutral;
    std::string domain;     ///< d=, as far as it could be read
    std::string selector;   ///< s=
    std::string algorithm;  ///< "rsa-sha256", "ed25519-sha256"
    std::string canonicalization = "simple/simple";
    std::vector<std::string> signed_fields;    ///< h=, lower case
    std::optional<std::uint64_t> body_length;  ///< l=: what follows is not signed
    std::optional<DkimKey> key;
    std::string problem;  ///< of anything but pass: one sentence without a full stop
};

/// In the order of the header. `message` has CRLF line ends and outlives the inquiry.
[[nodiscard]] dns::Inquiry<std::vector<DkimVerdict>> verify_dkim(const wire::Message& message, Instant now);

}  // namespace postern::identity
