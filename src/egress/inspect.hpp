// SPDX-License-Identifier: Apache-2.0
// What else on this machine defeats the rules: other tables, bridges, flow tables.
//
// The kernel's order decides what is worth a word. A reject of ours is final, so an accept of another table is harmless at any
// priority; so is a port forwarding of port 25 to the mail server. What hurts is whatever changes the port before `forward` sees it,
// whatever carries packets around `forward`, and whatever closes the trap's own port.
#pragma once

#include "egress/listing.hpp"
#include "egress/ruleset.hpp"

namespace postern::egress {

struct Bridge {
    std::string name;
    std::vector<std::string> ports;
};

struct Surroundings {
    std::vector<Bridge> bridges;
    bool bridges_meet_forward = false;  ///< net.bridge.bridge-nf-call-iptables and -ip6tables are 1
    std::vector<std::string> default_devices;
};

struct Problem {
    std::string_view code;  ///< "verify.port_changed"
    std::string sentence;
    std::string mend;
};

[[nodiscard]] std::vector<Problem> inspect(const Ruleset& rules, const Model& model, const Surroundings& around);

/// The kernel binds a rule to the cgroup that had the path when the rule was loaded: once that is gone, the rule lets nobody out, also
/// when a new one bears the name. What `differences` say of it is taken out of them and told in the words of the mail server.
[[nodiscard]] std::optional<Problem> take_cgroup_fault(std::string_view cgroup, bool exists,
                                                       std::vector<Difference>& differences);

/// Is port 25 outward guarded in a hook, for IPv4 or IPv6, by anybody's table?
struct Guard {
    std::optional<std::string> holds;     ///< the base chain that refuses it
    std::optional<std::string> shadowed;  ///< one that would, were there no rule before it that lets everything go
};
[[nodiscard]] Guard guard_of(const Ruleset& rules, std::string_view hook, bool v4);

/// How refusals of port 25 are written down.
struct Record {
    bool logs = false;       ///< some rule for port 25 logs, or leads to a trap
    bool unlimited = false;  ///< one of them logs without a limit
};
[[nodiscard]] Record record_of(const Ruleset& rules);

}  // namespace postern::egress
