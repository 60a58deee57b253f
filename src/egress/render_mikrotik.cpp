// SPDX-License-Identifier: Apache-2.0
// MikroTik RouterOS: a chain of our own per family, jumped to in front of everything, fasttrack included.
#include "egress/export.hpp"
#include "egress/render_nft.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace postern::egress {
namespace {

std::string list(bool v4, std::string_view name, const std::vector<Network>& networks, std::string_view why) {
    std::string out;
    for (const Network& one : of_family(networks, v4))
        out += fmt::format("/{} firewall address-list add list={} address={} comment=\"postern: {}\"\n",
                           v4 ? "ip" : "ipv6", name, short_form(one), why);
    return out;
}

std::string one_family(const Model& model, bool v4) {
    const std::string add = fmt::format("/{} firewall filter add chain=postern ", v4 ? "ip" : "ipv6");
    std::string out = fmt::format("\n# {}\n", v4 ? "IPv4" : "IPv6");
    out += list(v4, "postern-mail", model.mail_servers, "mail server") +
           list(v4, "postern-inside", model.inside, "inside") +
           list(v4, "postern-submission", model.submission_servers, "submission server");
    out += add + "action=return dst-address-list=postern-mail comment=\"postern: to the mail server\"\n";
    out += add + "action=return dst-address-list=postern-inside comment=\"postern: inside is never shut\"\n";
    if (model.mail_interfaces.empty())
        out += add + "action=return src-address-list=postern-mail comment=\"postern: the mail server\"\n";
    for (const std::string& name : model.mail_interfaces)
        out += add + fmt::format("action=return in-interface={} src-address-list=postern-mail comment=\"postern: the "
                                 "mail server, where it stands\"\n",
                                 name);
    for (const Exception& one : model.exceptions)
        if (one.source.first().is_v4() == v4)
            out +=
                add + fmt::format("action=return src-address={} {}comment=\"postern: take out after {}: {}\"\n",
                                  short_form(one.source),
                                  one.destination ? fmt::format("dst-address={} ", short_form(*one.destination)) : "",
                                  to_date(one.until), comment_text(one.reason, 60));
    if (model.submission == Submission::servers)
        out += add + "action=return protocol=tcp dst-port=465,587 dst-address-list=postern-submission "
                     "comment=\"postern: submission, to named servers only\"\n";
    out += add + fmt::format("action=log log-prefix=postern limit={},20:packet comment=\"postern: written down, not "
                             "faster than the log can bear\"\n",
                             model.log_per_second);
    if (model.action == Action::log)
        out += add + "action=return comment=\"postern: would be refused, only counted as yet\"\n";
    else out += add + "action=reject protocol=tcp reject-with=tcp-reset comment=\"postern: everybody else\"\n";
    std::vector<std::string> ports;
    for (const auto port : model.ports) ports.push_back(std::to_string(port));
    if (model.submission != Submission::open) ports.insert(ports.end(), {"465", "587"});
    for (const char* chain : {"forward", "output"})
        out += fmt::format("/{} firewall filter add chain={} action=jump jump-target=postern protocol=tcp dst-port={} "
                           "place-before=0 comment=\"postern: before all else\"\n",
                           v4 ? "ip" : "ipv6", chain, fmt::join(ports, ","));
    return out;
}

}  // namespace

std::string mikrotik_rules(const Model& model) {
    std::string out = "# NOT RUN ON THE DEVICE: a template for RouterOS 7, made by Postern. Use safe mode (Ctrl-X): it "
                      "takes back what cuts you off.\n"
                      "# place-before=0 wants at least one rule in the table. Hardware-offloaded bridges do not pass "
                      "here: machines bridged to the WAN port stay open.\n";
    out += one_family(model, true) + one_family(model, false);
    if (model.action == Action::trap)
        out += "\n# The trap stands on another machine: send it the log. TRAP is its address.\n/system logging action "
               "add name=postern target=remote remote=TRAP\n"
               "/system logging add topics=firewall action=postern\n";
    return out;
}

std::string mikrotik_reverse(const Model&) {
    std::string out = "# NOT RUN ON THE DEVICE.\n";
    for (const char* family : {"ip", "ipv6"})
        out += fmt::format("# {0}: jumps first, then the chain, then the lists\n/{0} firewall filter remove [find "
                           "comment~\"^postern:\"]\n/{0} firewall address-list remove [find comment~\"^postern:\"]\n",
                           family);
    return out + "# the trap's log\n/system logging remove [find action=postern]\n/system logging action remove [find "
                 "name=postern]\n";
}

}  // namespace postern::egress
