// SPDX-License-Identifier: Apache-2.0
// Cisco IOS: an access list per family, put on each inside interface where packets come in.
#include "egress/export.hpp"
#include "egress/render_nft.hpp"

#include <fmt/format.h>

#include <array>

namespace postern::egress {
namespace {

/// "host 10.0.3.25", "10.0.0.0 0.255.255.255", "2001:db8::/48".
std::string place(const Network& network) {
    if (network.prefix() == network.first().bits()) return "host " + network.first().to_string();
    if (network.first().is_v6()) return network.to_string();
    const std::uint32_t wild =
        network.prefix() == 0 ? 0xffffffffU : (1U << static_cast<unsigned>(32 - network.prefix())) - 1U;
    return fmt::format("{} {}.{}.{}.{}", network.first().to_string(), wild >> 24U, (wild >> 16U) & 255U,
                       (wild >> 8U) & 255U, wild & 255U);
}

std::string month(unsigned number) {
    constexpr std::array names{"January", "February", "March",     "April",   "May",      "June",
                               "July",    "August",   "September", "October", "November", "December"};
    return names.at(number - 1);
}

std::string time_ranges(const Model& model) {
    std::string out;
    for (std::size_t i = 0; i < model.exceptions.size(); ++i) {
        const std::chrono::year_month_day last(model.exceptions[i].until);
        out += fmt::format("! until {}: {}\ntime-range POSTERN-{}\n absolute end 23:59 {} {} {}\n",
                           to_date(model.exceptions[i].until), comment_text(model.exceptions[i].reason), i + 1,
                           static_cast<unsigned>(last.day()), month(static_cast<unsigned>(last.month())),
                           static_cast<int>(last.year()));
    }
    return out;
}

std::string access_list(const Model& model, bool v4) {
    std::string out = v4 ? "ip access-list extended POSTERN-V4\n" : "ipv6 access-list POSTERN-V6\n";
    const auto line = [&](std::string_view remark, std::string_view rule) {
        out += fmt::format(" remark {}\n {}\n", comment_text(remark), rule);
    };
    std::vector<std::uint16_t> ports = model.ports;
    if (model.submission != Submission::open) ports.insert(ports.end(), {465, 587});
    for (const auto port : ports) {
        for (const Network& one : of_family(model.mail_servers, v4))
            line("to the mail server", fmt::format("permit tcp any {} eq {}", place(one), port));
        for (const Network& one : of_family(model.inside, v4))
            line("inside is never shut", fmt::format("permit tcp any {} eq {}", place(one), port));
        for (const Network& one : of_family(model.mail_servers, v4))
            line("the mail server", fmt::format("permit tcp {} any eq {}", place(one), port));
        for (std::size_t i = 0; i < model.exceptions.size(); ++i)
            if (const Exception& one = model.exceptions[i]; one.source.first().is_v4() == v4)
                line(one.reason, fmt::format("permit tcp {} {} eq {} time-range POSTERN-{}", place(one.source),
                                             one.destination ? place(*one.destination) : "any", port, i + 1));
        if (model.submission == Submission::servers && (port == 465 || port == 587))
            for (const Network& one : of_family(model.submission_servers, v4))
                line("submission, to this server only", fmt::format("permit tcp any {} eq {}", place(one), port));
        if (model.action == Action::log)
            line("would be refused: only logged as yet", fmt::format("permit tcp any any eq {} log", port));
        else line("everybody else", fmt::format("deny tcp any any eq {} log", port));
    }
    line("nothing but mail is looked at", v4 ? "permit ip any any" : "permit ipv6 any any");
    return out;
}

/// IOS knows no patterns: a pattern becomes a word to fill in.
std::vector<std::string> inside(const Model& model) {
    std::vector<std::string> out;
    for (const std::string& name : model.inside_interfaces)
        out.push_back(name.ends_with('*') ? "EACH-" + name.substr(0, name.size() - 1) : name);
    if (out.empty()) out.emplace_back("INSIDE-INTERFACE");
    return out;
}

}  // namespace

std::string cisco_ios_rules(const Model& model) {
    std::string out = "! NOT RUN ON THE DEVICE: a template for IOS and IOS XE, made by Postern.\n"
                      "! First: reload in 10. If you are cut off, the router comes back as it was. At the end: reload "
                      "cancel, write memory.\n"
                      "! An interface has one list for each direction: where one is set already, insert these lines "
                      "above its permits instead.\n"
                      "! The router's own connections pass no inward list.\n" +
                      time_ranges(model);
    out += "! the log, not faster than it can bear\n";
    out += fmt::format("ip access-list logging interval {}\n", 1'000 / std::max(1U, model.log_per_second));
    out += access_list(model, true) + access_list(model, false);
    for (const std::string& name : inside(model))
        out += fmt::format("! where the inside comes in\ninterface {}\n ip access-group POSTERN-V4 in\n ipv6 "
                           "traffic-filter POSTERN-V6 in\n",
                           name);
    return out;
}

std::string cisco_ios_reverse(const Model& model) {
    std::string out = "! NOT RUN ON THE DEVICE.\n";
    for (const std::string& name : inside(model))
        out += fmt::format("! off the interface first\ninterface {}\n no ip access-group POSTERN-V4 in\n no ipv6 "
                           "traffic-filter POSTERN-V6 in\n",
                           name);
    out += "! then the lists\nno ip access-list extended POSTERN-V4\nno ipv6 access-list POSTERN-V6\nno ip access-list "
           "logging interval\n";
    for (std::size_t i = 0; i < model.exceptions.size(); ++i) out += fmt::format("no time-range POSTERN-{}\n", i + 1);
    return out;
}

}  // namespace postern::egress
