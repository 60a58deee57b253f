// SPDX-License-Identifier: Apache-2.0
// What else on this machine defeats the rules: other tables, bridges, flow tables.
//
// The kernel's order decides what is worth a word. A reject of ours is final, so an accept of another table is harmless at any
// priority; so is a port forwarding of port 25 to the mail server. What hurts is whatever changes the port before `forward` sees it,
// whatever carries packets around `forward`, and whatever closes the trap's own port.
#pragma once

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

/// Is port 25 outward guarded in a hook of anybody's table? The first rule that refuses it in a base chain or below, unless a rule
/// before it in the same chain lets every packet (or every packet to port 25) go. Nothing: it is not.
[[nodiscard]] std::optional<std::string> guard_of(const Ruleset& rules, std::string_view hook);
/// A rule that lets everything go stands before the one that would refuse: the lesson of many firewalls. Nothing: none does.
[[nodiscard]] std::optional<std::string> shadowed_guard(const Ruleset& rules, std::string_view hook);

}  // namespace postern::egress
