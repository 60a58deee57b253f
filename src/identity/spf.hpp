// SPDX-License-Identifier: Apache-2.0
// SPF (RFC 7208): may this address send mail for this domain?
//
// `check_spf` is check_host() whole, with its limits counted inside: ten terms that look up, two that find nothing, ten names of
// an MX or PTR. Every step it took is kept, because a permanent error without the place of the fault helps nobody.
#pragma once

#include "base/inquiry.hpp"
#include "identity/spf_record.hpp"

namespace postern::identity {

inline constexpr int spf_max_lookups = 10;        ///< RFC 7208 4.6.4
inline constexpr int spf_max_void_lookups = 2;    ///< RFC 7208 4.6.4
inline constexpr std::size_t spf_max_names = 10;  ///< MX hosts, PTR names (RFC 7208 4.6.4)

struct SpfQuery {
    IpAddress ip;
    DomainName domain;         ///< whose policy is asked for: that of MAIL FROM, or HELO
    std::string local_part;    ///< empty: "postmaster" (RFC 7208 4.3)
    DomainName sender_domain;  ///< of MAIL FROM; for %{s} and %{o}
    std::string helo;
    std::string receiver = "unknown";
    Instant now{};  ///< for %{t}
};

/// The query for "user@example.com", "example.com" or, with an empty sender, for HELO (RFC 7208 2.3, 2.4).
/// Errors: spf.sender.
[[nodiscard]] Result<SpfQuery> spf_query(const IpAddress& ip, std::string_view mail_from, std::string_view helo);

struct SpfStep {
    int depth = 0;  ///< of include and redirect
    std::string text;
};

struct SpfVerdict {
    SpfResult result = SpfResult::none;
    std::string matched;      ///< the term that decided, as written; empty if none
    std::string problem;      ///< of none, temperror and permerror: one sentence without a full stop
    std::string explanation;  ///< what exp= says to the sender, raw
    int lookups = 0;
    int void_lookups = 0;
    std::vector<SpfStep> steps;
};

[[nodiscard]] dns::Inquiry<SpfVerdict> check_spf(SpfQuery query);

/// The SPF record of a domain, if there is exactly one.
struct SpfPublished {
    SpfResult problem = SpfResult::pass;  ///< pass: there is one; else none, temperror or permerror
    std::string why;
    std::string text;
    SpfRecord record;
};
[[nodiscard]] dns::Inquiry<SpfPublished> find_spf(DomainName domain);

}  // namespace postern::identity
