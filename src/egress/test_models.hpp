// SPDX-License-Identifier: Apache-2.0
// Two sites for tests: an office behind a router, and a mail host with containers.
#pragma once

#include "egress/model.hpp"

namespace postern::egress::test {

inline Network net(std::string_view text) {
    if (text.contains('/')) return *Network::parse(text);
    const IpAddress address = *IpAddress::parse(text);
    return Network::around(address, address.bits());
}

inline std::chrono::sys_days day(int year, unsigned month, unsigned of_month) {
    return std::chrono::sys_days{std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(of_month)};
}

inline Model office() {
    Model model;
    model.mode = Mode::router;
    model.action = Action::trap;
    model.submission = Submission::servers;
    model.mail_servers = {net("10.0.3.25"), net("2001:db8:5:3::25")};
    model.mail_interfaces = {"eth3"};
    model.inside = {net("10.0.0.0/8"), net("2001:db8:5::/48")};
    model.inside_interfaces = {"eth1", "tun*"};
    model.outside_interface = "eth0";
    model.submission_servers = {net("198.51.100.7"), net("2001:db8:a::7")};
    model.exceptions = {{net("10.0.1.9"), net("198.51.100.8"), "the \"old\" scanner", day(2026, 12, 31)},
                        {net("2001:db8:5:1::9"), std::nullopt, "monitoring", day(2027, 1, 31)}};
    return model;
}

inline Model mail_host() {
    Model model;
    model.action = Action::reject;
    model.mail_servers = {net("203.0.113.25")};
    model.inside = {net("172.17.0.0/16")};
    model.mta_users = {{"postfix", 103}};
    return model;
}

}  // namespace postern::egress::test
