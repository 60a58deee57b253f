// SPDX-License-Identifier: Apache-2.0
// DNS messages (RFC 1035 4, EDNS RFC 6891) as octets: one question out, one answer in.
//
// Whoever sends an answer may be hostile: every length is checked against the octets that are there, a compression pointer must
// point before the name it stands in (so that following them ends), and more records than `dns::max_answer_records` are refused
// rather than cut, because half an answer could be read as a whole one.
#pragma once

#include "base/dns.hpp"

#include <string>
#include <string_view>

namespace postern::wire {

inline constexpr std::uint16_t dns_udp_payload = 1232;  ///< largest answer asked for over UDP (RFC 9715)
inline constexpr std::size_t dns_max_message = 65'535;

struct DnsQueryOptions {
    bool recursion_desired =
        true;                ///< and, with it, the wish to be told whether the resolver validated (AD, RFC 6840 5.7)
    bool edns = true;        ///< announce dns_udp_payload; without it answers end at 512 octets
    bool dnssec_ok = false;  ///< ask for signatures (RFC 3225)
};

/// The message for one question, without the length that precedes it over TCP. The question's name fits by construction.
[[nodiscard]] std::string encode_query(std::uint16_t id, const dns::Question& question, DnsQueryOptions options = {});

struct DnsMessage {
    std::uint16_t id = 0;
    bool response = false;
    bool authoritative = false;
    bool truncated = false;
    bool recursion_desired = false;
    bool recursion_available = false;
    bool authentic_data = false;
    dns::Rcode rcode = dns::Rcode::no_error;
    std::optional<dns::Question> question;  ///< of class IN; a message with several questions is refused
    std::vector<dns::Record> answers;       ///< class IN only; others are skipped
    std::optional<dns::Record> soa;         ///< from the authority section
    std::vector<DomainName> delegation;     ///< name servers from NS records in the authority section
};

/// Borrows `octets` for the call. Errors: dns.message.truncated, dns.message.bad_name, dns.message.bad_record,
/// dns.message.too_many_records, dns.message.questions.
[[nodiscard]] Result<DnsMessage> decode_message(std::string_view octets);

/// What a message means as an answer to `question` (whose id and question section the caller has matched): outcome, records,
/// the SOA that denies, TTL, flags. `why` is set where the outcome is not definite.
[[nodiscard]] dns::Answer to_answer(const dns::Question& question, DnsMessage message);

}  // namespace postern::wire
