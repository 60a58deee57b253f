// SPDX-License-Identifier: Apache-2.0
// What is asked about: an address, a whole IPv6 /64, or a domain.
//
// An IPv6 site is one /64 at the least, and lists treat it so; a network of more than 256 addresses is no subject but a survey.
#pragma once

#include "base/domain_name.hpp"
#include "base/network.hpp"

#include <variant>
#include <vector>

namespace postern::reputation {

enum class Kind : std::uint8_t { ip4, ip6, domain };
[[nodiscard]] std::string_view to_string(Kind kind);  ///< "ip4"

class Subject {
public:
    explicit Subject(IpAddress address) : what_(address) {}
    explicit Subject(DomainName domain) : what_(std::move(domain)) {}

    static constexpr std::uint64_t max_network = 256;
    /// The addresses of a network of at most 256, or one IPv6 /64 as a whole. Errors: subject.network_too_large.
    [[nodiscard]] static Result<std::vector<Subject>> all_of(const Network& network);

    [[nodiscard]] Kind kind() const;
    /// The address; of a /64 its first. Nothing for a domain.
    [[nodiscard]] const IpAddress* address() const;
    [[nodiscard]] const DomainName* domain() const { return std::get_if<DomainName>(&what_); }
    [[nodiscard]] bool is_prefix64() const { return std::holds_alternative<Network>(what_); }
    /// "203.0.113.7", "2001:db8:1:2::/64", "example.com"
    [[nodiscard]] std::string to_string() const;

private:
    explicit Subject(const Network& prefix64) : what_(prefix64) {}
    std::variant<IpAddress, Network, DomainName> what_;
};

}  // namespace postern::reputation
