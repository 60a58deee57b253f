// SPDX-License-Identifier: Apache-2.0
// Refuses a model that would lock out the mail server or the administrator, with the reason; warns of what is probably meant otherwise.
//
// The faults of a model alone are found anywhere; what the machine shows (users, routes, listeners) is needed for the rest, and what
// of it is unknown is not held against the model.
#pragma once

#include "egress/model.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace postern::egress {

/// What the machine on which the rules shall be loaded shows.
struct HostFacts {
    std::map<std::string, std::uint32_t, std::less<>> users;
    std::vector<IpAddress> own_addresses;
    std::vector<std::string> interfaces;
    std::map<IpAddress, std::string> device_towards;  ///< of each mail server: the interface that leads there
    std::vector<std::string> default_devices;         ///< where the default routes lead
    bool default_route_v6 = false;
    std::vector<std::uint16_t> listening;    ///< ports
    std::vector<std::uint32_t> senders_now;  ///< users with connections to port 25 outside, at this moment
    std::optional<bool> cgroup_resolves;
    std::chrono::sys_days today{};
};

struct Objection {
    bool refused = false;   ///< else a warning
    std::string_view code;  ///< "egress.no_mail_server"
    std::string sentence;   ///< what is wrong, and the mend
};

/// Empty: nothing to say against it. `facts` absent: of another machine, only the model is judged.
[[nodiscard]] std::vector<Objection> validate(const Model& model, const HostFacts* facts);

}  // namespace postern::egress
