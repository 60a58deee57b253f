// SPDX-License-Identifier: Apache-2.0
// OPNsense and pfSense: the aliases and floating rules to enter, in their order, because their file of settings is no interface.
#include "egress/export.hpp"
#include "egress/render_nft.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace postern::egress {
namespace {

std::string alias(std::string_view name, std::string_view type, const std::vector<std::string>& content,
                  std::string_view why) {
    return fmt::format("alias  {:<18} type {:<10} content {}\n       # {}\n", name, type, fmt::join(content, ", "),
                       why);
}

std::vector<std::string> words(const std::vector<Network>& networks) {
    std::vector<std::string> out;
    for (const Network& one : networks) out.push_back(short_form(one));
    return out;
}

class Rules {
public:
    void rule(std::string_view action, std::string_view source, std::string_view destination, std::string_view ports,
              bool log, std::string_view why) {
        text_ += fmt::format("{}. {:<7} quick  interfaces: all inside  direction in  IPv4+IPv6 TCP  source {}  "
                             "destination {}  port {}{}\n   # {}\n",
                             ++number_, action, source, destination, ports, log ? "  log" : "", comment_text(why));
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    int number_ = 0;
    std::string text_;
};

}  // namespace

std::string opnsense_rules(const Model& model) {
    std::string out = "# NOT RUN ON THE DEVICE: a template for OPNsense and pfSense, made by Postern.\n"
                      "# Firewall > Aliases: enter these.\n";
    std::vector<std::string> ports;
    for (const auto port : model.ports) ports.push_back(std::to_string(port));
    out += alias("postern_mail", "Host(s)", words(model.mail_servers),
                 "the mail servers, as seen inside of the translation");
    out += alias("postern_inside", "Network(s)", words(model.inside), "never outward");
    out += alias("postern_ports", "Port(s)", ports, "the mail port");
    if (model.submission != Submission::open) out += alias("postern_submit", "Port(s)", {"465", "587"}, "submission");
    if (model.submission == Submission::servers)
        out += alias("postern_providers", "Host(s)", words(model.submission_servers), "whom everybody may reach there");
    out += "\n# Firewall > Rules > Floating: in this order, above all others. Interfaces: every one but WAN, the VPNs' "
           "too.\n";
    Rules rules;
    rules.rule("pass", "any", "postern_mail", "postern_ports", false, "to the mail server");
    rules.rule("pass", "any", "postern_inside", "postern_ports", false, "inside is never shut");
    rules.rule("pass", "postern_mail", "any", "postern_ports", false, "the mail server");
    for (const Exception& one : model.exceptions)
        rules.rule("pass", short_form(one.source), one.destination ? short_form(*one.destination) : "any",
                   "postern_ports", false, fmt::format("schedule until {}: {}", to_date(one.until), one.reason));
    if (model.action == Action::log)
        rules.rule("pass", "any", "any", "postern_ports", true,
                   "only logged as yet; change to reject when the log is understood");
    else rules.rule("reject", "any", "any", "postern_ports", true, "everybody else");
    if (model.submission != Submission::open) {
        rules.rule("pass", "postern_mail", "any", "postern_submit", false, "the mail server");
        if (model.submission == Submission::servers)
            rules.rule("pass", "any", "postern_providers", "postern_submit", false, "providers that are named");
        rules.rule("reject", "any", "any", "postern_submit", true, "no other submission");
    }
    out += rules.text();
    if (model.action == Action::trap)
        out += fmt::format("\n# The trap stands on another machine here: Firewall > NAT > Port Forward, interface "
                           "inside, source not postern_mail, destination not "
                           "postern_inside,\n# port postern_ports, to that machine's port {}; or feed the deny log to "
                           "postern trap --syslog.\n",
                           model.trap_port);
    return out + "# System > Settings > Logging: limit the log's size. Firewall > Diagnostics > States: reset states "
                 "once, for connections from before.\n";
}

std::string opnsense_reverse(const Model&) {
    return "# NOT RUN ON THE DEVICE.\n# Firewall > Rules > Floating: delete the rules above, Apply. Firewall > NAT: "
           "the port forward to the trap.\n"
           "# Firewall > Aliases: delete postern_mail, postern_inside, postern_ports, postern_submit, "
           "postern_providers.\n"
           "# Or at once: System > Configuration > History, the state before.\n";
}

}  // namespace postern::egress
