// SPDX-License-Identifier: Apache-2.0
#include "base/zone_text.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

namespace postern::dns {
namespace {

constexpr std::chrono::seconds ttl{3600};

std::optional<Outcome> as_fault(std::string_view word) {
    if (word == "SERVFAIL") return Outcome::server_failure;
    if (word == "REFUSED") return Outcome::refused;
    if (word == "BOGUS") return Outcome::bogus;
    if (word == "TIMEOUT") return Outcome::timed_out;
    return std::nullopt;
}

std::vector<std::string> quoted_strings(std::string_view text) {
    std::vector<std::string> strings;
    while (!text.empty()) {
        const auto open = text.find('"');
        if (open == text.npos) break;
        std::string string;
        std::size_t i = open + 1;
        for (; i < text.size() && text[i] != '"'; ++i) {
            if (text[i] == '\\' && i + 1 < text.size()) ++i;
            string += text[i];
        }
        strings.push_back(std::move(string));
        text.remove_prefix(std::min(text.size(), i + 1));
    }
    return strings;
}

std::string from_hex(std::string_view hex) {
    std::string octets;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned octet = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, octet, 16);
        octets += static_cast<char>(octet);
    }
    return octets;
}

Result<Record> parse_record(const DomainName& owner, const std::string& type, const std::string& rest) {
    const auto name = [&](Type t, std::string_view text) -> Result<Record> {
        auto target = DomainName::parse(text);
        if (!target) return std::unexpected(target.error());
        return Record{owner, t, ttl, *std::move(target)};
    };
    if (type == "A" || type == "AAAA") {
        auto address = IpAddress::parse(rest);
        if (!address) return std::unexpected(address.error());
        return Record{owner, type == "A" ? Type::a : Type::aaaa, ttl, *address};
    }
    if (type == "CNAME") return name(Type::cname, rest);
    if (type == "NS") return name(Type::ns, rest);
    if (type == "PTR") return name(Type::ptr, rest);
    if (type == "TXT") return Record{owner, Type::txt, ttl, Txt{quoted_strings(rest)}};
    if (type == "TLSA") return Record{owner, Type::tlsa, ttl, Opaque{from_hex(rest)}};
    if (type == "SOA") {
        auto primary = DomainName::parse(rest);
        if (!primary) return std::unexpected(primary.error());
        return Record{owner, Type::soa, ttl, Soa{*primary, *owner.below("hostmaster"), 1, ttl}};
    }
    if (type == "MX") {
        std::istringstream words(rest);
        std::uint16_t preference = 0;
        std::string host;
        words >> preference >> host;
        auto target = DomainName::parse(host);
        if (!target) return std::unexpected(target.error());
        return Record{owner, Type::mx, ttl, Mx{preference, *std::move(target)}};
    }
    return fail("zone_text.malformed", fmt::format("no record type \"{}\"", type));
}

}  // namespace

Result<ZoneText> ZoneText::parse(std::string_view text) {
    ZoneText zone;
    std::istringstream lines{std::string(text)};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::istringstream words(line);
        std::string owner, type, rest;
        if (!(words >> owner) || owner.starts_with('#')) continue;
        words >> type >> std::ws;
        std::getline(words, rest);
        const auto name = DomainName::parse(owner);
        if (!name) return fail("zone_text.malformed", fmt::format("line {}: {}", number, name.error().message));
        if (const auto fault = as_fault(type)) {
            zone.faults_.emplace(*name, *fault);
            continue;
        }
        auto record = parse_record(*name, type, rest);
        if (!record) return fail("zone_text.malformed", fmt::format("line {}: {}", number, record.error().message));
        zone.records_.push_back(*std::move(record));
    }
    return zone;
}

Answer ZoneText::answer(const Question& question) const {
    Answer answer{.question = question, .outcome = Outcome::no_name, .resolver = "zone text"};
    DomainName name = question.name;
    for (std::size_t hop = 0; hop <= max_cname_hops; ++hop) {
        if (const auto fault = faults_.find(name); fault != faults_.end()) {
            answer.outcome = fault->second;
            answer.why = fmt::format("{}: {}", name.text(), to_string(fault->second));
            return answer;
        }
        const Record* alias = nullptr;
        answer.outcome = Outcome::no_name;
        for (const Record& record : records_) {
            if (record.owner.is_within(name) && answer.outcome == Outcome::no_name) answer.outcome = Outcome::no_data;
            if (record.owner != name) continue;
            if (record.type == question.type) {
                answer.outcome = Outcome::found;
                answer.records.push_back(record);
            } else if (record.type == Type::cname) {
                alias = &record;
            }
        }
        if (answer.outcome == Outcome::found || alias == nullptr) return answer;
        answer.records.push_back(*alias);
        name = std::get<DomainName>(alias->data);
    }
    answer.outcome = Outcome::server_failure;
    answer.why = "a loop of aliases";
    return answer;
}

}  // namespace postern::dns
