// SPDX-License-Identifier: Apache-2.0
#include "egress/validate.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace postern::egress {
namespace {

using Objections = std::vector<Objection>;

/// Users under which the usual servers deliver.
constexpr std::array<std::string_view, 7> usual_users{"postfix", "Debian-exim", "exim", "mailnull",
                                                      "_smtpd",  "opensmtpd",   "smmta"};

void refuse(Objections& out, std::string_view code, std::string sentence) {
    out.push_back({true, code, std::move(sentence)});
}
void warn(Objections& out, std::string_view code, std::string sentence) {
    out.push_back({false, code, std::move(sentence)});
}

bool too_wide(const Network& network) { return network.prefix() < (network.first().is_v4() ? 8 : 16); }

void judge_ports(const Model& model, Objections& out) {
    constexpr std::array<std::uint16_t, 5> mail{25, 26, 465, 587, 2525};
    for (const std::uint16_t port : model.ports)
        if (!contains(mail, port))
            refuse(
                out, "egress.not_a_mail_port",
                fmt::format("Port {} is no mail port: shutting it could cut you off from your own machines. Ports may "
                            "be 25, 26, 465, 587, 2525.",
                            port));
    if (!contains(model.ports, 25))
        refuse(out, "egress.port_25_left_open", "Port 25 is not among the ports: it is the one that matters.");
    if (model.trap_port < 1'024)
        refuse(out, "egress.trap_port_low",
               fmt::format("The trap runs without root and cannot listen on {}; offenders would meet whatever listens "
                           "there, such as your way in. Choose one above 1023.",
                           model.trap_port));
}

void judge_networks(const Model& model, Objections& out) {
    for (const Network& one : model.inside)
        if (too_wide(one))
            refuse(out, "egress.inside_too_wide",
                   fmt::format("{} as a network inside leaves port 25 open to nearly everybody, for what is inside is "
                               "never outward. Name your own networks.",
                               one.to_string()));
    for (const Network& one : model.mail_servers)
        if (one.prefix() < (one.first().is_v4() ? 24 : 112))
            refuse(out, "egress.mail_servers_too_wide",
                   fmt::format("{} as the mail server lets a whole network out; name the addresses that send.",
                               one.to_string()));
    if (model.inside.empty() && model.inside_interfaces.empty() && model.action == Action::trap)
        refuse(out, "egress.trap_without_inside",
               "Nothing says what is inside, so nobody would be led to the trap. Name [site] networks or [egress] "
               "inside_interfaces.");
}

/// xt_time counts seconds in 31 bits.
constexpr std::chrono::sys_days last_day{std::chrono::year(2037) / 12 / 31};

void judge_exceptions(const Model& model, const HostFacts* facts, Objections& out) {
    for (const Exception& one : model.exceptions) {
        const std::string name = short_form(one.source);
        if (one.reason.empty())
            refuse(out, "egress.exception_without_reason",
                   fmt::format("The exception for {} has no reason; whoever finds it in a year must know why.", name));
        if (too_wide(one.source))
            refuse(out, "egress.exception_too_wide",
                   fmt::format("The exception for {} opens port 25 to everybody.", name));
        if (one.destination && one.destination->first().is_v4() != one.source.first().is_v4())
            refuse(out, "egress.exception_families",
                   fmt::format("The exception for {} has a destination of the other IP family: it could never hold.",
                               name));
        if (one.until > last_day)
            refuse(out, "egress.exception_endless",
                   fmt::format("The exception for {} ends on {}; no firewall counts beyond {}.", name,
                               to_date(one.until), to_date(last_day)));
        if (facts != nullptr && one.until < facts->today)
            warn(out, "egress.exception_over",
                 fmt::format("The exception for {} ended on {}: it holds no more.", name, to_date(one.until)));
        if (facts != nullptr && one.until > facts->today + std::chrono::days(400))
            refuse(
                out, "egress.exception_endless",
                fmt::format(
                    "The exception for {} ends on {}; an exception lasts at most 400 days, then it is looked at anew.",
                    name, to_date(one.until)));
    }
}

void judge_submission(const Model& model, Objections& out) {
    if (model.submission == Submission::servers && model.submission_servers.empty())
        refuse(out, "egress.submission_without_servers",
               "Submission is for named servers only, and none is named: people who send by a provider would be cut "
               "off. Name "
               "submission_servers, or say submission = \"shut\".");
}

void judge_mail_server(const Model& model, const HostFacts* facts, Objections& out) {
    if (model.mode == Mode::router && model.mail_servers.empty() && model.mta_users.empty())
        refuse(out, "egress.no_mail_server",
               "Nobody is named who may send: the mail server would be shut out. Name [site] mail_servers by the "
               "addresses that this router sees.");
    if (model.mode == Mode::host && model.mta_users.empty() && model.cgroup.empty())
        refuse(out, "egress.no_mta_user",
               "No user is named under which the mail server runs: its mail would stop. Name [egress] mta_users, such "
               "as [\"postfix\"].");
    if (facts == nullptr) return;
    for (const Network& one : model.mail_servers) {
        const bool own = contains(facts->own_addresses, one.first());
        if (model.mode == Mode::router && own && model.mta_users.empty())
            refuse(out, "egress.mail_server_behind_nat",
                   fmt::format(
                       "{} is an address of this router itself: forwarded mail still carries the mail server's inside "
                       "address when the rules see it, and would be shut out. Name that address.",
                       short_form(one)));
        const auto leads = facts->device_towards.find(one.first());
        if (leads == facts->device_towards.end() || own) continue;
        const bool there =
            model.mail_interfaces.empty() || std::ranges::any_of(model.mail_interfaces, [&](const std::string& name) {
                return name == leads->second ||
                       (name.ends_with('*') && leads->second.starts_with(name.substr(0, name.size() - 1)));
            });
        if (!there)
            refuse(out, "egress.mail_server_elsewhere",
                   fmt::format("The mail server {} stands behind {}, which is not among mail_interfaces ({}): it would "
                               "be shut out.",
                               short_form(one), leads->second, fmt::join(model.mail_interfaces, ", ")));
        if (model.mode == Mode::router && contains(facts->default_devices, leads->second))
            warn(out, "egress.mail_server_outside",
                 fmt::format("The mail server {} is reached through {}, the way to the internet: it does not stand "
                             "behind this router.",
                             short_form(one), leads->second));
    }
    if (model.mode == Mode::router && facts->default_route_v6 && !model.mail_servers.empty() &&
        of_family(model.mail_servers, false).empty())
        warn(out, "egress.mail_server_v4_only",
             "This network has IPv6, and the mail server is named by IPv4 addresses only: over IPv6 it will be shut "
             "out. Name its IPv6 address too, if it sends from one.");
}

void judge_users(const Model& model, const HostFacts& facts, Objections& out) {
    for (const User& user : model.mta_users)
        if (const auto known = facts.users.find(user.name); known == facts.users.end())
            refuse(out, "egress.unknown_user",
                   fmt::format("There is no user {} on this machine: the mail server would be shut out.", user.name));
    for (const auto& [name, uid] : facts.users) {
        const bool sends = contains(facts.senders_now, uid) && uid != 0;
        const bool usual = contains(usual_users, std::string_view(name)) && model.mode == Mode::host &&
                           contains(facts.listening, std::uint16_t{25}) && model.cgroup.empty();
        if (contains(model.mta_users, name, &User::name) || (!sends && !usual)) continue;
        if (contains(usual_users, std::string_view(name)))
            refuse(out, "egress.mta_user_missing",
                   fmt::format("{} is the user of a mail server, {}, and is not among mta_users: its mail would stop.",
                               name, sends ? "which sends at this moment" : "and one listens on port 25 here"));
        else
            warn(out, "egress.user_sends_now",
                 fmt::format("The user {} has a connection to port 25 outside at this moment and is not among "
                             "mta_users: it will be shut out. If it is no mail server, that is what the rules are for.",
                             name));
    }
    for (const User& user : model.mta_users)
        if (user.name == "nobody" || user.name == "www-data" || user.name == "apache" || user.name == "nginx")
            refuse(out, "egress.user_of_everybody",
                   fmt::format("{} runs web applications and strangers' programs, not the mail server.", user.name));
    if (!model.cgroup.empty() && facts.cgroup_resolves == false && model.mta_users.empty())
        refuse(
            out, "egress.cgroup_absent",
            fmt::format(
                "The cgroup {} does not exist now, and no user is named beside it: the mail server would be shut out.",
                model.cgroup));
    if (!model.cgroup.empty() && facts.cgroup_resolves == false && !model.mta_users.empty())
        warn(out, "egress.cgroup_absent",
             fmt::format("The cgroup {} does not exist now; only the users are let out.", model.cgroup));
}

void judge_interfaces(const Model& model, const HostFacts& facts, Objections& out) {
    const auto exists = [&](std::string_view name) {
        const bool pattern = name.ends_with('*');
        if (pattern) name.remove_suffix(1);
        return std::ranges::any_of(
            facts.interfaces, [&](const std::string& one) { return pattern ? one.starts_with(name) : one == name; });
    };
    for (const std::string& name : model.inside_interfaces)
        if (!exists(name))
            warn(out, "egress.no_interface",
                 fmt::format("There is no interface {} now: nothing of it is led to the trap. What it forwards is shut "
                             "all the same.",
                             name));
    if (!model.mail_interfaces.empty() && !facts.interfaces.empty() &&
        std::ranges::none_of(model.mail_interfaces, exists))
        refuse(out, "egress.no_mail_interface",
               fmt::format("None of mail_interfaces ({}) exists: the mail server would be shut out.",
                           fmt::join(model.mail_interfaces, ", ")));
    if (model.action == Action::trap)
        for (const std::string& name : model.inside_interfaces)
            if (contains(facts.default_devices, name))
                warn(out, "egress.inside_is_outside",
                     fmt::format("{} leads to the internet and is named as inside.", name));
}

}  // namespace

std::vector<Objection> validate(const Model& model, const HostFacts* facts) {
    Objections out;
    judge_ports(model, out);
    judge_networks(model, out);
    judge_exceptions(model, facts, out);
    judge_submission(model, out);
    judge_mail_server(model, facts, out);
    if (facts != nullptr) {
        judge_users(model, *facts, out);
        judge_interfaces(model, *facts, out);
    }
    if (model.mail_servers.size() > max_networks || model.inside.size() > max_networks ||
        model.submission_servers.size() > max_networks || model.exceptions.size() > max_exceptions ||
        model.inside_interfaces.size() > max_interfaces || model.mail_interfaces.size() > max_interfaces)
        refuse(out, "egress.too_many",
               fmt::format("At most {} networks of a kind, {} exceptions and {} interfaces.", max_networks,
                           max_exceptions, max_interfaces));
    Objections sorted;
    std::ranges::copy_if(out, std::back_inserter(sorted), &Objection::refused);
    std::ranges::remove_copy_if(out, std::back_inserter(sorted), &Objection::refused);
    return sorted;
}

}  // namespace postern::egress
