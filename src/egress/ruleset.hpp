// SPDX-License-Identifier: Apache-2.0
// What `nft -j list ruleset` says, reduced to what decides about mail: where a chain hooks in, which rules touch port 25, and what
// becomes of a packet there.
//
// Expressions that we do not know make a rule no less visible: it keeps its place and its verdict, and counts as one that may match.
#pragma once

#include "base/error.hpp"
#include "base/ip_address.hpp"
#include "egress/render_nft.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::egress {

enum class Verdict : std::uint8_t {
    none,
    accept,
    drop,
    reject,
    dnat,
    redirect,
    jump,
    leave,
    forward_device,
    flow,
    queue
};

struct Rule {
    Verdict verdict = Verdict::none;
    std::string target;                    ///< chain of a jump, device of a forward, flow table
    std::optional<IpAddress> to_address;   ///< of a dnat to one address
    std::optional<std::uint16_t> to_port;  ///< of a dnat or redirect
    /// Destination ports it asks for, as ranges; nothing: it does not ask. What was not understood is 0-65535.
    std::optional<std::vector<std::pair<std::uint16_t, std::uint16_t>>> ports;
    bool other_ports = false;                ///< it asks for any but these
    std::vector<std::string> interfaces_in;  ///< it asks for one of these
    bool narrow = false;                     ///< it asks for anything else: addresses, users, states
    bool established = false;                ///< it asks for a connection state without `new`
    bool limited = false, logs = false, counts = false;
    bool inward = false;  ///< it asks for a destination address, or one of this machine
    std::string comment;

    /// May it match a packet to this port? It does if it does not ask.
    [[nodiscard]] bool takes(std::uint16_t port) const;
    /// Is this port one of few that it asks for?
    [[nodiscard]] bool names(std::uint16_t port) const { return ports && !other_ports && takes(port); }
};

struct Chain {
    std::string family, table, name;
    std::string type, hook;  ///< empty: no base chain
    int priority = 0;
    bool drops_by_policy = false;
    std::vector<Rule> rules;

    [[nodiscard]] std::string title() const { return family + " " + table + " " + name; }
    [[nodiscard]] bool ours() const { return family == "inet" && table == table_name; }
};

struct Ruleset {
    std::vector<Chain> chains;
    std::vector<std::string> flowtables;                         ///< "inet fastpath ft"
    std::map<std::string, std::uint64_t, std::less<>> counters;  ///< packets of our named counters

    [[nodiscard]] const Chain* find(std::string_view family, std::string_view table, std::string_view name) const;
};

inline constexpr std::size_t max_rules = 100'000;

/// Errors: nft.malformed; nft.too_many_rules.
[[nodiscard]] Result<Ruleset> read_ruleset(std::string_view json);

/// What stands in our table, from `nft -j list table inet postern` or the whole ruleset. Errors: nft.malformed.
[[nodiscard]] Result<LiveTable> read_live_table(std::string_view json);

/// A machine or a user that met the rules during the last day.
struct Hit {
    std::string who;        ///< "10.0.0.7", "uid 33"
    std::string interface;  ///< "eth1"; empty for users
    std::uint64_t packets = 0;
};
[[nodiscard]] Result<std::vector<Hit>> read_hits(std::string_view json);

}  // namespace postern::egress
