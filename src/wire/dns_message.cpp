// SPDX-License-Identifier: Apache-2.0
#include "wire/dns_message.hpp"

#include "wire/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace postern::wire {
namespace {

constexpr std::uint16_t class_in = 1;
constexpr std::uint16_t type_opt = 41;
constexpr std::uint16_t flag_response = 0x8000;
constexpr std::uint16_t flag_authoritative = 0x0400;
constexpr std::uint16_t flag_truncated = 0x0200;
constexpr std::uint16_t flag_recursion_desired = 0x0100;
constexpr std::uint16_t flag_recursion_available = 0x0080;
constexpr std::uint16_t flag_authentic_data = 0x0020;

void put16(std::string& out, unsigned value) {
    out.push_back(static_cast<char>(value >> 8));
    out.push_back(static_cast<char>(value & 0xff));
}

void put_name(std::string& out, const DomainName& name) {
    for (const std::string& label : name.labels()) {
        out.push_back(static_cast<char>(label.size()));
        out += label;
    }
    out.push_back('\0');
}

/// Reads the name at the reader's place, following compression (RFC 1035 4.1.4); nothing if it is malformed.
std::optional<DomainName> take_name(Reader& reader) {
    std::array<std::string_view, DomainName::max_wire_octets / 2> labels;
    std::size_t count = 0;
    std::size_t octets = 1;
    std::size_t lowest = reader.position();  // pointers must lead further to the front each time
    Reader at = reader;
    bool jumped = false;
    for (;;) {
        const auto length = at.take8();
        if (!length) return std::nullopt;
        if ((*length & 0xc0) == 0xc0) {
            const auto low = at.take8();
            if (!low) return std::nullopt;
            const std::size_t target = (std::size_t{*length & 0x3fU} << 8) | *low;
            if (!jumped) reader = at;
            jumped = true;
            if (target >= lowest) return std::nullopt;
            lowest = target;
            at.seek(target);
            continue;
        }
        if (*length > DomainName::max_label_octets) return std::nullopt;
        if (*length == 0) break;
        const auto label = at.take(*length);
        octets += *length + 1U;
        if (!label || octets > DomainName::max_wire_octets) return std::nullopt;
        labels[count++] = *label;
    }
    if (!jumped) reader = at;
    return DomainName::from_labels(std::span{labels}.first(count));
}

template <std::size_t N>
std::array<std::uint8_t, N> to_array(std::string_view octets) {
    std::array<std::uint8_t, N> array{};
    std::ranges::transform(octets.substr(0, N), array.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    return array;
}

std::optional<dns::Data> take_txt(Reader data) {
    dns::Txt text;
    while (!data.at_end()) {
        const auto length = data.take8();
        const auto string = length ? data.take(*length) : std::nullopt;
        if (!string) return std::nullopt;
        text.strings.emplace_back(*string);
    }
    return text;
}

std::optional<dns::Data> take_soa(Reader data) {
    const auto primary = take_name(data);
    const auto contact = primary ? take_name(data) : std::nullopt;
    const auto serial = data.take32();
    const auto rest = data.take(12);  // REFRESH, RETRY, EXPIRE
    const auto minimum = data.take32();
    if (!contact || !serial || !rest || !minimum || !data.at_end()) return std::nullopt;
    return dns::Soa{*primary, *contact, *serial, std::chrono::seconds{*minimum}};
}

std::optional<dns::Data> take_mx(Reader data) {
    const auto preference = data.take16();
    const auto host = preference ? take_name(data) : std::nullopt;
    if (!host || !data.at_end()) return std::nullopt;
    return dns::Mx{*preference, *host};
}

/// The data of one record: exactly the `data` reader's octets, though names in it may point outside.
std::optional<dns::Data> take_data(dns::Type type, Reader data) {
    switch (type) {
    case dns::Type::a:
        if (data.left() != 4) return std::nullopt;
        return IpAddress::from_v4(to_array<4>(*data.take(4)));
    case dns::Type::aaaa:
        if (data.left() != 16) return std::nullopt;
        return IpAddress::from_v6(to_array<16>(*data.take(16)), true);
    case dns::Type::ns:
    case dns::Type::cname:
    case dns::Type::ptr: {
        const auto name = take_name(data);
        if (!name || !data.at_end()) return std::nullopt;
        return *name;
    }
    case dns::Type::mx: return take_mx(data);
    case dns::Type::soa: return take_soa(data);
    case dns::Type::txt: return take_txt(data);
    default: return dns::Opaque{std::string(*data.take(data.left()))};
    }
}

struct RawRecord {
    dns::Record record;
    std::uint16_t klass = 0;
    std::uint32_t ttl_field = 0;  // as it stands there: OPT keeps other things in it
};

Result<RawRecord> take_record(Reader& reader) {
    const auto owner = take_name(reader);
    if (!owner) return fail("dns.message.bad_name", "a name in the answer is malformed");
    const auto type = reader.take16();
    const auto klass = reader.take16();
    const auto ttl = reader.take32();
    const auto length = reader.take16();
    const auto data = length ? reader.window(*length) : std::nullopt;
    if (!type || !klass || !ttl || !data)
        return fail("dns.message.truncated", "the answer ends in the middle of a record");
    const auto parsed = *klass == class_in ? take_data(dns::Type{*type}, *data) : dns::Opaque{};
    if (!parsed)
        return fail("dns.message.bad_record",
                    fmt::format("the data of a {} record is malformed", to_string(dns::Type{*type})));
    // RFC 2181 8: a TTL with the highest bit set counts as zero.
    const std::chrono::seconds life{*ttl > 0x7fffffffU ? 0U : *ttl};
    return RawRecord{{*owner, dns::Type{*type}, life, *parsed}, *klass, *ttl};
}

struct Header {
    std::uint16_t id, flags, questions, answers, authorities, additionals;
};

std::optional<Header> take_header(Reader& reader) {
    std::array<std::uint16_t, 6> words{};
    for (std::uint16_t& word : words) {
        const auto value = reader.take16();
        if (!value) return std::nullopt;
        word = *value;
    }
    return Header{words[0], words[1], words[2], words[3], words[4], words[5]};
}

Result<void> take_answers(Reader& reader, unsigned count, DnsMessage& message) {
    if (count > dns::max_answer_records)
        return fail("dns.message.too_many_records",
                    fmt::format("the answer holds more than {} records", dns::max_answer_records));
    for (unsigned i = 0; i < count; ++i) {
        auto raw = take_record(reader);
        if (!raw) return std::unexpected(raw.error());
        if (raw->klass == class_in) message.answers.push_back(std::move(raw->record));
    }
    return {};
}

/// The authority section says who denies the name, or who else to ask; the additional section's OPT extends the rcode.
Result<void> take_rest(Reader& reader, const Header& header, DnsMessage& message) {
    for (unsigned i = 0; i < unsigned{header.authorities} + header.additionals; ++i) {
        auto raw = take_record(reader);
        if (!raw) return std::unexpected(raw.error());
        const bool authority = i < header.authorities;
        const auto type = static_cast<std::uint16_t>(raw->record.type);
        if (authority && raw->record.type == dns::Type::soa && raw->klass == class_in)
            message.soa = std::move(raw->record);
        else if (authority && raw->record.type == dns::Type::ns && raw->klass == class_in)
            message.delegation.push_back(std::get<DomainName>(raw->record.data));
        else if (!authority && type == type_opt) {
            // The upper eight bits of the rcode stand where other records keep the TTL's (RFC 6891 6.1.3).
            message.rcode = dns::Rcode{
                static_cast<std::uint16_t>((raw->ttl_field >> 24 << 4) | static_cast<unsigned>(message.rcode))};
        }
    }
    return {};
}

}  // namespace

std::string encode_query(std::uint16_t id, const dns::Question& question, DnsQueryOptions options) {
    std::string out;
    out.reserve(12 + DomainName::max_wire_octets + 4 + 11);
    put16(out, id);
    put16(out, options.recursion_desired ? unsigned{flag_recursion_desired} | flag_authentic_data : 0U);
    put16(out, 1);
    put16(out, 0);
    put16(out, 0);
    put16(out, options.edns ? 1 : 0);
    put_name(out, question.name);
    put16(out, static_cast<unsigned>(question.type));
    put16(out, class_in);
    if (options.edns) {  // RFC 6891 6.1.2: root name, OPT, payload size, extended flags, no options
        out.push_back('\0');
        put16(out, type_opt);
        put16(out, dns_udp_payload);
        put16(out, 0);
        put16(out, options.dnssec_ok ? 0x8000U : 0U);
        put16(out, 0);
    }
    return out;
}

Result<DnsMessage> decode_message(std::string_view octets) {
    Reader reader(octets);
    const auto header = take_header(reader);
    if (!header) return fail("dns.message.truncated", "the answer is shorter than a DNS header");
    DnsMessage message{
        .id = header->id,
        .response = (header->flags & flag_response) != 0,
        .authoritative = (header->flags & flag_authoritative) != 0,
        .truncated = (header->flags & flag_truncated) != 0,
        .recursion_desired = (header->flags & flag_recursion_desired) != 0,
        .recursion_available = (header->flags & flag_recursion_available) != 0,
        .authentic_data = (header->flags & flag_authentic_data) != 0,
        .rcode = dns::Rcode{static_cast<std::uint16_t>(header->flags & 0xf)},
    };
    if (header->questions > 1) return fail("dns.message.questions", "the answer repeats more than one question");
    if (header->questions == 1) {
        const auto name = take_name(reader);
        if (!name) return fail("dns.message.bad_name", "the question's name is malformed");
        const auto type = reader.take16();
        const auto klass = reader.take16();
        if (!type || !klass) return fail("dns.message.truncated", "the answer ends in the middle of its question");
        if (*klass == class_in) message.question = dns::Question{*name, dns::Type{*type}};
    }
    // What stands behind a truncation flag may end anywhere; the question is asked again over TCP.
    if (message.truncated) return message;
    if (auto taken = take_answers(reader, header->answers, message); !taken) return std::unexpected(taken.error());
    if (auto taken = take_rest(reader, *header, message); !taken) return std::unexpected(taken.error());
    return message;
}

dns::Answer to_answer(const dns::Question& question, DnsMessage message) {
    using dns::Outcome;
    dns::Answer answer{.question = question, .rcode = message.rcode, .records = std::move(message.answers)};
    answer.authoritative = message.authoritative;
    answer.recursion_available = message.recursion_available;
    answer.authentic_by_resolver = message.authentic_data;
    const auto end = dns::end_of_chain(question.name, answer.records);
    const bool found = end && std::ranges::any_of(answer.records, [&](const dns::Record& record) {
                           return record.type == question.type && record.owner == *end;
                       });
    switch (message.rcode) {
    case dns::Rcode::name_error: answer.outcome = Outcome::no_name; break;
    case dns::Rcode::refused:
        answer.outcome = Outcome::refused;
        answer.why = "the server refused the question (REFUSED)";
        break;
    case dns::Rcode::no_error:
        if (!end) {
            answer.outcome = Outcome::malformed;
            answer.why = "the answer's aliases (CNAME) form a loop or a chain of more than 8";
        } else if (found) {
            answer.outcome = Outcome::found;
        } else if (!message.delegation.empty() && !message.soa && !message.authoritative) {
            answer.outcome = Outcome::server_failure;
            answer.delegation = std::move(message.delegation);
            answer.why = "the server only refers to other servers";
        } else {
            answer.outcome = Outcome::no_data;
        }
        break;
    default:
        answer.outcome = Outcome::server_failure;
        answer.why = fmt::format("the server could not answer ({})", to_string(message.rcode));
    }
    if (message.soa && (answer.outcome == Outcome::no_name || answer.outcome == Outcome::no_data)) {
        answer.soa = message.soa->owner;
        const auto* soa = std::get_if<dns::Soa>(&message.soa->data);
        answer.ttl = soa != nullptr ? std::min(message.soa->ttl, soa->negative_ttl) : message.soa->ttl;
    } else if (!answer.records.empty()) {
        answer.ttl = std::ranges::min_element(answer.records, {}, &dns::Record::ttl)->ttl;
    }
    return answer;
}

}  // namespace postern::wire
