// SPDX-License-Identifier: Apache-2.0
// iptables and ip6tables: a shell script that loads chains of our own, whole or not at all for each family, and jumps to them first.
//
// RETURN and never ACCEPT: what our chain lets pass is still for the administrator's other rules to decide. Chains named in
// iptables-restore --noflush are emptied and filled in one step, so that the script may be run again at any time.
#include "egress/export.hpp"
#include "egress/render_nft.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace postern::egress {
namespace {

class Lines {
public:
    explicit Lines(std::string chain) : chain_(std::move(chain)) {}
    void rule(std::string_view matches, std::string_view verdict, std::string_view why) {
        text_ += fmt::format("-A {} {}{}-m comment --comment \"{}\" {}\n", chain_, matches, matches.empty() ? "" : " ",
                             comment_text(why), verdict);
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string chain_, text_;
};

std::string interface(std::string name) {
    if (name.ends_with('*')) name.back() = '+';
    return name;
}

std::string port_match(const Model& model) {
    std::vector<std::uint16_t> ports = model.ports;
    if (model.submission != Submission::open)
        for (const std::uint16_t port : {std::uint16_t{465}, std::uint16_t{587}})
            if (!contains(ports, port)) ports.push_back(port);
    if (ports.size() == 1) return fmt::format("-p tcp --dport {}", ports.front());
    return fmt::format("-p tcp -m multiport --dports {}", fmt::join(ports, ","));
}

void allow_destinations(Lines& out, const Model& model, bool v4) {
    for (const Network& one : of_family(model.mail_servers, v4))
        out.rule(fmt::format("-d {}", short_form(one)), "-j RETURN", "to a mail server of ours");
    for (const Network& one : of_family(model.inside, v4))
        out.rule(fmt::format("-d {}", short_form(one)), "-j RETURN", "inside");
}

void allow_sources(Lines& out, const Model& model, bool v4) {
    for (const Network& one : of_family(model.mail_servers, v4)) {
        if (model.mail_interfaces.empty())
            out.rule(fmt::format("-s {}", short_form(one)), "-j RETURN", "the mail server");
        for (const std::string& name : model.mail_interfaces)
            out.rule(fmt::format("-i {} -s {}", interface(name), short_form(one)), "-j RETURN",
                     "the mail server, where it stands");
    }
    for (const Exception& one : model.exceptions) {
        if (one.source.first().is_v4() != v4) continue;
        const std::string to = one.destination ? fmt::format("-d {} ", short_form(*one.destination)) : "";
        out.rule(fmt::format("-s {} {}-m time --datestop {}T00:00:00", short_form(one.source), to,
                             to_date(one.until + std::chrono::days(1))),
                 "-j RETURN", fmt::format("until {}: {}", to_date(one.until), one.reason));
    }
}

void allow_submission(Lines& out, const Model& model, bool v4) {
    if (model.submission != Submission::servers) return;
    for (const Network& one : of_family(model.submission_servers, v4))
        out.rule(fmt::format("-p tcp -m multiport --dports 465,587 -d {}", short_form(one)), "-j RETURN",
                 "submission, to this server only");
}

void end_chain(Lines& out, const Model& model, std::string_view hook, std::string_view flags) {
    out.rule(fmt::format("-m limit --limit {}/second --limit-burst 20", model.log_per_second),
             fmt::format("-j LOG --log-prefix \"postern {}: \"{}", hook, flags),
             "written down, not faster than the log can bear");
    if (model.action == Action::log) out.rule("", "-j RETURN", "would be refused: only counted as yet");
    else out.rule("-p tcp", "-j REJECT --reject-with tcp-reset", "refused, so that it fails at once");
}

std::string forward_chain(const Model& model, bool v4) {
    Lines out("POSTERN-FORWARD");
    allow_destinations(out, model, v4);
    allow_sources(out, model, v4);
    allow_submission(out, model, v4);
    end_chain(out, model, "forward", "");
    return out.text();
}

std::string output_chain(const Model& model, bool v4) {
    Lines out("POSTERN-OUTPUT");
    out.rule("-o lo", "-j RETURN", "within this machine");
    out.rule("-p tcp ! --syn", "-j RETURN", "no attempt to connect");
    allow_destinations(out, model, v4);
    for (const User& user : model.mta_users)
        out.rule(fmt::format("-m owner --uid-owner {}", user.name), "-j RETURN",
                 fmt::format("the user {} of the mail server", user.name));
    if (!model.cgroup.empty())
        out.rule(fmt::format("-m cgroup --path {}", model.cgroup), "-j RETURN", "the service of the mail server");
    allow_submission(out, model, v4);
    end_chain(out, model, "output", " --log-uid");
    return out.text();
}

std::string trap_chain(const Model& model, bool v4) {
    Lines out("POSTERN-TRAP");
    out.rule("-m addrtype --dst-type LOCAL", "-j RETURN", "to this machine itself");
    allow_destinations(out, model, v4);
    allow_sources(out, model, v4);
    const std::string verdict = fmt::format("-j REDIRECT --to-ports {}", model.trap_port);
    for (const std::string& name : model.inside_interfaces)
        out.rule(fmt::format("-p tcp -i {}", interface(name)), verdict, "to the trap");
    for (const Network& one : of_family(model.inside, v4))
        out.rule(fmt::format("-p tcp -s {}", short_form(one)), verdict, "to the trap");
    return out.text();
}

std::string one_family(const Model& model, bool v4) {
    const std::string tool = v4 ? "iptables" : "ip6tables";
    std::string out = fmt::format(
        "\n# {}: the chains, whole or not at all\n{}-restore --noflush <<'RULES'\n*filter\n:POSTERN-FORWARD - "
        "[0:0]\n:POSTERN-OUTPUT - [0:0]\n{}{}COMMIT\n",
        v4 ? "IPv4" : "IPv6", tool, forward_chain(model, v4), output_chain(model, v4));
    if (model.action == Action::trap)
        out += fmt::format("*nat\n:POSTERN-TRAP - [0:0]\n{}COMMIT\n", trap_chain(model, v4));
    out += "RULES\n";
    const auto jump = [&](std::string_view table, std::string_view hook, std::string_view chain,
                          std::string_view match) {
        out += fmt::format("# first of all in {1}, once\n{0} -w -t {4} -C {1} {2} -j {3} 2>/dev/null || {0} -w -t {4} "
                           "-I {1} 1 {2} -j {3}\n",
                           tool, hook, match, chain, table);
    };
    jump("filter", "FORWARD", "POSTERN-FORWARD", port_match(model));
    jump("filter", "OUTPUT", "POSTERN-OUTPUT", port_match(model));
    Model trapped = model;
    trapped.submission = Submission::open;
    if (model.action == Action::trap) jump("nat", "PREROUTING", "POSTERN-TRAP", port_match(trapped));
    return out;
}

}  // namespace

std::string iptables_rules(const Model& model) {
    return "#!/bin/sh\n# Port 25 outward, made by Postern from postern.toml. Run as root: sh FILE; again replaces it.\n"
           "# Rules of iptables' FORWARD and OUTPUT that stand above the jumps would go before ours: iptables -L "
           "FORWARD --line-numbers.\n"
           "# To keep them over a reboot: iptables-save, or netfilter-persistent save.\nset -e\n" +
           one_family(model, true) + one_family(model, false);
}

std::string iptables_reverse(const Model& model) {
    std::string out = "#!/bin/sh\n# Takes Postern's chains out of iptables and ip6tables; nothing else is touched.\n";
    Model trapped = model;
    trapped.submission = Submission::open;
    for (const char* tool : {"iptables", "ip6tables"})
        for (const auto& [table, hook, chain] : {std::tuple{"filter", "FORWARD", "POSTERN-FORWARD"},
                                                 {"filter", "OUTPUT", "POSTERN-OUTPUT"},
                                                 {"nat", "PREROUTING", "POSTERN-TRAP"}}) {
            const std::string match = port_match(std::string_view(table) == "nat" ? trapped : model);
            out += fmt::format("# {1} of {0}\nwhile {0} -w -t {2} -D {1} {3} -j {4} 2>/dev/null; do :; done\n{0} -w -t "
                               "{2} -F {4} 2>/dev/null; {0} -w -t {2} -X "
                               "{4} 2>/dev/null\n",
                               tool, hook, table, match, chain);
        }
    return out + "exit 0\n";
}

}  // namespace postern::egress
