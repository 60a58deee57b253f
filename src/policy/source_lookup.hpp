// SPDX-License-Identifier: Apache-2.0
// What an allowed source of M4 is today: a line of the configuration becomes networks, by asking the DNS where it must.
//
//     "198.51.100.0/24"  "198.51.100.7"  "mx.filter.example"  "service:spamexperts"  "spf:filter.example"
//
// Services and spf: name what a domain may send from, which is not always what it delivers from; so both come with a warning. The
// record is read for its networks and not evaluated for a client: terms that cannot be listed (exists, ptr, macros) are named and left
// out. What could not be learnt is a problem and never an empty set: whoever keeps the set (source_set.hpp) then keeps what it had.
#pragma once

#include "base/inquiry.hpp"
#include "base/network.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::policy {

/// A filtering service that may be named, from data/filter-services.toml.
struct NamedService {
    std::string id;
    std::string spf_include;  ///< empty: it publishes none
};

struct SourceDeclaration {
    enum class Kind : std::uint8_t { network, host, spf };

    Kind kind = Kind::network;
    std::string text;                ///< as written: the origin of its networks
    std::optional<Network> network;  ///< of a network
    DomainName name;                 ///< of a host, or whose SPF record is read
    std::string warning;             ///< one sentence without a full stop; may be empty

    /// Errors: source.malformed, source.service_unknown, source.service_unpublished (both with the mend).
    [[nodiscard]] static Result<SourceDeclaration> parse(std::string_view text, std::span<const NamedService> services);
};

/// What came of one declaration.
struct SourceLookup {
    static constexpr std::size_t max_networks = 2'000;
    static constexpr int max_records =
        30;  ///< SPF records and hosts of one declaration; services nest deeper than RFC 7208's ten

    std::vector<Network> networks;      ///< sorted, none twice
    std::chrono::seconds ttl{};         ///< least of all answers
    std::vector<std::string> left_out;  ///< terms that cannot be listed
    std::string problem;                ///< why nothing was learnt; empty: `networks` is the whole truth
};

[[nodiscard]] dns::Inquiry<SourceLookup> look_up_source(SourceDeclaration declaration);

}  // namespace postern::policy
