// SPDX-License-Identifier: Apache-2.0
// A domain name: lower case, without the final dot, within the limits of DNS.
//
// Names that people give (parse) are stricter than names that arrive in DNS answers (from_labels): the former must be printable
// ASCII that can stand in a question, the latter may hold any octet, which is kept escaped as \DDD (RFC 1035 5.1) so that nothing
// of it can reach a terminal raw.
#pragma once

#include "base/error.hpp"

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

class DomainName {
public:
    static constexpr std::size_t max_label_octets = 63;  ///< RFC 1035 2.3.4
    static constexpr std::size_t max_wire_octets = 255;  ///< RFC 1035 2.3.4, with length octets and the root

    /// The root.
    DomainName() = default;

    /// "mail.example.com", "mail.example.com.", "_dmarc.example.com", "."; letters, digits, hyphen, underscore, and further
    /// printable ASCII but dot, backslash, blank and quotes.
    /// Errors: dns.name.empty, dns.name.empty_label, dns.name.label_too_long, dns.name.too_long, dns.name.not_ascii (with the
    /// mend), dns.name.bad_octet.
    [[nodiscard]] static Result<DomainName> parse(std::string_view text);
    /// Labels as they came over the wire, in order, without the root. The caller has checked the limits.
    [[nodiscard]] static DomainName from_labels(std::span<const std::string_view> labels);

    /// "mail.example.com"; the root is ".".
    [[nodiscard]] std::string_view text() const {
        return text_.empty() ? std::string_view{"."} : std::string_view{text_};
    }
    [[nodiscard]] bool is_root() const { return text_.empty(); }
    /// How many octets it takes in a message.
    [[nodiscard]] std::size_t wire_octets() const;
    /// Its labels, unescaped, first to last.
    [[nodiscard]] std::vector<std::string> labels() const;
    [[nodiscard]] std::size_t label_count() const;

    /// "mail.example.com" is within "example.com" and within itself; every name is within the root.
    [[nodiscard]] bool is_within(const DomainName& ancestor) const;
    /// "example.com" of "mail.example.com"; the root is its own parent.
    [[nodiscard]] DomainName parent() const;
    /// `prefix` + "." + this, for question names put together from checked parts ("7.113.0.203" + zone).
    /// Errors: those of parse.
    [[nodiscard]] Result<DomainName> below(std::string_view prefix) const;

    friend auto operator<=>(const DomainName&, const DomainName&) = default;

private:
    explicit DomainName(std::string text) : text_(std::move(text)) {}

    std::string text_;  // escaped, lower case, no final dot
};

}  // namespace postern
