// SPDX-License-Identifier: Apache-2.0
#include "base/dns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::dns {

std::string to_string(Type type) {
    switch (type) {
    case Type::a: return "A";
    case Type::ns: return "NS";
    case Type::cname: return "CNAME";
    case Type::soa: return "SOA";
    case Type::ptr: return "PTR";
    case Type::mx: return "MX";
    case Type::txt: return "TXT";
    case Type::aaaa: return "AAAA";
    case Type::ds: return "DS";
    case Type::dnskey: return "DNSKEY";
    case Type::tlsa: return "TLSA";
    case Type::caa: return "CAA";
    }
    return fmt::format("TYPE{}", static_cast<unsigned>(type));
}

std::string to_string(Rcode rcode) {
    switch (rcode) {
    case Rcode::no_error: return "NOERROR";
    case Rcode::format_error: return "FORMERR";
    case Rcode::server_failure: return "SERVFAIL";
    case Rcode::name_error: return "NXDOMAIN";
    case Rcode::not_implemented: return "NOTIMP";
    case Rcode::refused: return "REFUSED";
    }
    return fmt::format("RCODE{}", static_cast<unsigned>(rcode));
}

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
    case Outcome::found: return "found";
    case Outcome::no_data: return "no data";
    case Outcome::no_name: return "no such name";
    case Outcome::refused: return "refused";
    case Outcome::server_failure: return "server failure";
    case Outcome::bogus: return "bogus signature";
    case Outcome::malformed: return "malformed answer";
    case Outcome::timed_out: return "timed out";
    case Outcome::unreachable: return "unreachable";
    case Outcome::not_asked: return "not asked";
    }
    return "not asked";
}

std::string_view to_string(Validation validation) {
    switch (validation) {
    case Validation::unvalidated: return "unvalidated";
    case Validation::insecure: return "insecure";
    case Validation::secure: return "secure";
    case Validation::bogus: return "bogus";
    }
    return "unvalidated";
}

std::string Txt::joined() const { return fmt::format("{}", fmt::join(strings, "")); }

DomainName reverse_name(const IpAddress& address) {
    std::string text;
    for (const std::uint8_t octet : address.octets())
        text = address.is_v4() ? fmt::format("{}.{}", octet, text)
                               : fmt::format("{:x}.{:x}.{}", octet & 15, octet >> 4, text);
    return *DomainName::parse(text + (address.is_v4() ? "in-addr.arpa" : "ip6.arpa"));
}

std::optional<DomainName> end_of_chain(const DomainName& name, const std::vector<Record>& records) {
    DomainName current = name;
    for (std::size_t hops = 0; hops <= max_cname_hops; ++hops) {
        const auto alias = std::ranges::find_if(
            records, [&](const Record& record) { return record.type == Type::cname && record.owner == current; });
        if (alias == records.end()) return current;
        const auto* target = std::get_if<DomainName>(&alias->data);
        if (target == nullptr) return std::nullopt;
        current = *target;
    }
    return std::nullopt;
}

bool Answer::is_definite() const {
    return outcome == Outcome::found || outcome == Outcome::no_data || outcome == Outcome::no_name;
}

std::vector<IpAddress> Answer::addresses() const {
    std::vector<IpAddress> all;
    const auto owner = end_of_chain(question.name, records);
    for (const Record& record : records)
        if (const auto* address = std::get_if<IpAddress>(&record.data); address != nullptr && owner == record.owner)
            all.push_back(*address);
    return all;
}

std::vector<std::string> Answer::texts() const {
    std::vector<std::string> all;
    for (const Record& record : records)
        if (const auto* text = std::get_if<Txt>(&record.data)) all.push_back(text->joined());
    return all;
}

std::string Answer::reason() const { return why.empty() ? std::string(dns::to_string(outcome)) : why; }

std::vector<DomainName> Answer::names() const {
    std::vector<DomainName> all;
    for (const Record& record : records)
        if (const auto* target = std::get_if<DomainName>(&record.data); target != nullptr && record.type != Type::cname)
            all.push_back(*target);
    return all;
}

}  // namespace postern::dns
