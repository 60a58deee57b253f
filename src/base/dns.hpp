// SPDX-License-Identifier: Apache-2.0
// Questions to the DNS and what came of them.
//
// An Answer is always complete: whoever reads it can tell a name that does not exist from a server that refused, from a server
// that was silent, from a signature that did not verify. `Outcome` has no value for "probably"; what is not known says why.
#pragma once

#include "base/domain_name.hpp"
#include "base/ip_address.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace postern::dns {

/// Record types we speak of by name (RFC 1035 3.2.2 and successors); any other number is a valid Type too.
enum class Type : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    ptr = 12,
    mx = 15,
    txt = 16,
    aaaa = 28,
    ds = 43,
    dnskey = 48,
    tlsa = 52,
    caa = 257,
};
[[nodiscard]] std::string to_string(Type type);  ///< "A", "TXT", "TYPE65280"

/// RFC 1035 4.1.1, RFC 6895 2.3; any other number is a valid Rcode too.
enum class Rcode : std::uint16_t {
    no_error = 0,
    format_error = 1,
    server_failure = 2,
    name_error = 3,
    not_implemented = 4,
    refused = 5,
};
[[nodiscard]] std::string to_string(Rcode rcode);  ///< "NOERROR", "NXDOMAIN", "RCODE23"

struct Question {
    DomainName name;
    Type type = Type::a;

    friend auto operator<=>(const Question&, const Question&) = default;
};

struct Mx {
    std::uint16_t preference = 0;
    DomainName host;
    friend bool operator==(const Mx&, const Mx&) = default;
};
struct Soa {
    DomainName primary;
    DomainName contact;
    std::uint32_t serial = 0;
    std::chrono::seconds negative_ttl{};  ///< MINIMUM, how long a negative answer lives (RFC 2308)
    friend bool operator==(const Soa&, const Soa&) = default;
};
/// Character strings of one TXT record, raw octets: hostile until escaped.
struct Txt {
    std::vector<std::string> strings;
    [[nodiscard]] std::string joined() const;
    friend bool operator==(const Txt&, const Txt&) = default;
};
/// Types whose data we do not interpret: the octets as they came.
struct Opaque {
    std::string octets;
    friend bool operator==(const Opaque&, const Opaque&) = default;
};
/// A and AAAA hold an IpAddress; NS, CNAME and PTR a DomainName.
using Data = std::variant<Opaque, IpAddress, DomainName, Mx, Soa, Txt>;

struct Record {
    DomainName owner;
    Type type = Type::a;
    std::chrono::seconds ttl{};
    Data data;
    friend bool operator==(const Record&, const Record&) = default;
};

/// What came of a question. Only the first three are the word of the DNS about the name.
enum class Outcome : std::uint8_t {
    found,           ///< records of the type asked for
    no_data,         ///< the name exists, not with this type
    no_name,         ///< NXDOMAIN
    refused,         ///< the server answered REFUSED
    server_failure,  ///< SERVFAIL, or any other rcode that is no answer
    bogus,           ///< a signature did not verify: nothing in the answer may be believed
    malformed,       ///< octets that are no answer to this question
    timed_out,       ///< no answer within the deadline
    unreachable,     ///< the network said that nobody is there
    not_asked,       ///< cancelled or never sent
};
[[nodiscard]] std::string_view to_string(Outcome outcome);  ///< "found", "timed out"

/// What is known of the answer's signatures.
enum class Validation : std::uint8_t {
    unvalidated,  ///< nobody here checked; `why_unvalidated` of the resolver says so
    insecure,     ///< checked: the zone is provably unsigned
    secure,       ///< checked: signed, and the signature holds
    bogus,        ///< checked: signed, and it does not hold
};
[[nodiscard]] std::string_view to_string(Validation validation);

struct Answer {
    Question question;
    Outcome outcome = Outcome::not_asked;
    std::optional<Rcode> rcode;     ///< as the server gave it; nothing if no server answered
    std::vector<Record> records;    ///< the answer section, CNAMEs included, at most `max_answer_records`
    std::optional<DomainName> soa;  ///< owner of the SOA in a negative answer: the zone that denies the name (RFC 2308)
    std::chrono::seconds ttl{};     ///< how long the answer may be kept: least TTL, or the negative one
    Validation validation = Validation::unvalidated;
    bool authoritative = false;        ///< the AA flag, where a server was asked directly
    bool recursion_available = false;  ///< the RA flag, likewise
    bool authentic_by_resolver =
        false;  ///< the AD flag: a resolver says that it validated; worth what the resolver is worth
    std::vector<DomainName> delegation;  ///< of a referral (outcome server_failure): whom to ask instead
    std::string why;                  ///< for people, when nothing was learnt: "no answer from 192.0.2.53 within 5 s"
    std::string resolver;             ///< who answered: "own recursion", "192.0.2.53", "system resolver 192.0.2.53"
    std::chrono::microseconds rtt{};  ///< from the question to the answer, all tries included

    /// Did the DNS say anything about the name: found, no_data or no_name?
    [[nodiscard]] bool is_definite() const;
    /// Addresses of A or AAAA records at the end of the CNAME chain, in the order they came.
    [[nodiscard]] std::vector<IpAddress> addresses() const;
    /// Texts of TXT records, joined, raw.
    [[nodiscard]] std::vector<std::string> texts() const;
    /// What to say when nothing was learnt: `why`, or at least the outcome.
    [[nodiscard]] std::string reason() const;
    /// Names of NS or PTR records.
    [[nodiscard]] std::vector<DomainName> names() const;
};

/// Where the names of an address stand: "25.113.0.203.in-addr.arpa", or nibbles below ip6.arpa (RFC 1035 3.5, RFC 3596 2.5).
[[nodiscard]] DomainName reverse_name(const IpAddress& address);

inline constexpr std::size_t max_answer_records = 100;
inline constexpr std::size_t max_cname_hops = 8;

/// Follows the CNAMEs among `records` from `name`: the name at the end of the chain, or nothing if it is longer than
/// max_cname_hops or a loop.
[[nodiscard]] std::optional<DomainName> end_of_chain(const DomainName& name, const std::vector<Record>& records);

}  // namespace postern::dns
