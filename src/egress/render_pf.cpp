// SPDX-License-Identifier: Apache-2.0
// pf (OpenBSD, FreeBSD): an anchor. Machines inside are judged where they come in, before any translation; what may go out bears a
// tag from there, because behind the translation every connection carries the router's own address.
#include "egress/export.hpp"
#include "egress/render_nft.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace postern::egress {
namespace {

std::string table(std::string_view name, const std::vector<Network>& networks, std::string_view why) {
    std::vector<std::string> parts;
    for (const Network& one : networks) parts.push_back(short_form(one));
    return fmt::format("# {}\ntable <{}> const {{ {} }}\n", why, name, fmt::join(parts, " "));
}

std::string ports(const Model& model, bool submission) {
    std::vector<std::string> parts;
    for (const auto port : model.ports) parts.push_back(std::to_string(port));
    if (submission && model.submission != Submission::open) parts.insert(parts.end(), {"465", "587"});
    return fmt::format("{{ {} }}", fmt::join(parts, " "));
}

std::string exceptions(const Model& model) {
    std::string out;
    for (const Exception& one : model.exceptions)
        out += fmt::format(
            "# take this line out after {}: {}\npass in quick proto tcp from {} to {} port {} tag POSTERN_MAIL\n",
            to_date(one.until), comment_text(one.reason), short_form(one.source),
            one.destination ? short_form(*one.destination) : "any", ports(model, true));
    return out;
}

}  // namespace

std::string pf_rules(const Model& model) {
    const std::string outside = model.outside_interface.empty() ? "egress" : model.outside_interface;
    std::string out = "# NOT RUN ON THE DEVICE: a template; pfctl -nf checks it.\n"
                      "# Port 25 outward, made by Postern. Save as /etc/pf.postern, and write above every \"pass ... "
                      "quick\" of pf.conf:\n"
                      "#     anchor \"postern\"\n#     load anchor \"postern\" from \"/etc/pf.postern\"\n";
    std::vector<Network> own = model.mail_servers;
    own.insert(own.end(), model.inside.begin(), model.inside.end());
    out += table("postern_mail", model.mail_servers, "the mail servers") +
           table("postern_own", own, "destinations inside");
    const std::string where =
        model.mail_interfaces.empty() ? "" : fmt::format("on {{ {} }} ", fmt::join(model.mail_interfaces, " "));
    out += "# inside is never shut\npass quick proto tcp to <postern_own> port " + ports(model, true) + "\n";
    out += fmt::format(
        "# the mail server\npass in quick {}proto tcp from <postern_mail> to any port {} tag POSTERN_MAIL\n", where,
        ports(model, true));
    out += exceptions(model);
    if (model.submission == Submission::servers)
        out += table("postern_submission", model.submission_servers, "submission servers") +
               "# submission, to these servers only\npass quick proto tcp to <postern_submission> port { 465 587 } tag "
               "POSTERN_MAIL\n";
    if (model.action == Action::log)
        return out + fmt::format("# only logged as yet: pfctl -ss, tcpdump -ni pflog0 port 25\nmatch in log on ! {} "
                                 "proto tcp to port {}\n",
                                 outside, ports(model, true));
    if (model.action == Action::trap)
        for (const bool v4 : {true, false})
            out += fmt::format("# to the trap, {}\npass in quick on ! {} {} proto tcp to port {} rdr-to {} port {}\n",
                               v4 ? "IPv4" : "IPv6", outside, v4 ? "inet" : "inet6", ports(model, false),
                               v4 ? "127.0.0.1" : "::1", model.trap_port);
    out += fmt::format("# everybody else inside\nblock return in log quick on ! {} proto tcp to port {}\n", outside,
                       ports(model, true));
    out += fmt::format(
        "# what came in with the tag goes out\npass out quick on {} proto tcp to port {} tagged POSTERN_MAIL\n",
        outside, ports(model, true));
    for (const User& user : model.mta_users)
        out += fmt::format("# a mail server on this machine\npass out quick on {} proto tcp to port {} user {}\n",
                           outside, ports(model, true), user.name);
    return out + fmt::format("# and nobody else, this machine's users neither\nblock return out log quick on {} proto "
                             "tcp to port {}\n",
                             outside, ports(model, true));
}

std::string pf_reverse(const Model&) {
    return "# NOT RUN ON THE DEVICE.\n# empties the anchor at once\npfctl -a postern -F all\n# then take both anchor "
           "lines out of /etc/pf.conf, and\nrm /etc/pf.postern\n";
}

}  // namespace postern::egress
