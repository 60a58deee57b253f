// SPDX-License-Identifier: Apache-2.0
#include "app/audit/audit_command.hpp"
#include "app/export/export_command.hpp"
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"

namespace postern::app {
namespace {

constexpr std::array<std::string_view, 4> report_formats{"text", "json", "html", "junit"};
constexpr std::array<std::string_view, 6> fail_choices{"critical", "high", "medium", "low", "warning", "never"};
constexpr std::array evidence_options{
    Option{"--message", "FILE", "A message that the server sent, whole source, as saved from an outside mailbox."},
    Option{"--logs", "FILE",
           "Mail logs: Postfix, Exim, OpenSMTPD, Exchange tracking; compressed or not. Default: the system's own of 30 "
           "days.",
           true},
    Option{"--dmarc-reports", "DIR", "DMARC aggregate reports: XML, zip, gzip or the mails that brought them."},
    Option{"--import", "[NAME=]FILE",
           "Evidence from another machine: postfix.main (postconf), postfix.master (postconf -M), exim.options (exim "
           "-bP), exim.config (exim -bP config), opensmtpd.config, clamd.conf, clamd.version, firewall (nft list "
           "ruleset), proc.tcp, passwd.",
           true},
    Option{"--attest", "WHAT=WHO,DATE", "What only a person can know: endpoint-protection=NAME,2026-11-02.", true},
    Option{"--filter-service", "ID", "The filtering service in front, or none. Default: recognised by the MX records."},
    Option{"--filter-networks", "FILE", "The networks it delivers from, one a line."},
    Option{"--no-host", "", "Does not look at this machine."},
    Option{"--no-smtp", "", "Does not look at the target's servers."},
    Option{"--record", "FILE", "Keeps all evidence, to be judged again."},
    Option{"--replay", "FILE", "Judges kept evidence, without a network."},
};
constexpr std::array<std::string_view, 5> places_inside{"office", "server", "guest", "vpn", "container"};
constexpr std::array intrusive_options{
    Option{"--intrusive", "",
           "Also tries: relaying, odd ends of messages, AUTH, samples. Needs proof that the domain is yours (a TXT "
           "record, "
           "which is named if it is missing), says beforehand what it does, and asks on a terminal."},
    Option{"--dry-run", "", "With --intrusive: only says what it would do."},
    Option{"--yes", "", "With --intrusive: does not ask."},
    Option{"--far-end", "ADDRESS", "Your own mailbox at another domain, where relayed mail would arrive."},
    Option{"--far-mailbox", "DIR", "Its folder (Maildir), to see what arrives; without, a relay is unproved."},
    Option{
        "--sample-recipient", "ADDRESS",
        "A mailbox of the domain, led to a sink, for EICAR, GTUBE and messages with odd ends. Default: none are sent."},
    Option{"--sample-mailbox", "DIR", "Its folder (Maildir), to see what gets through."},
    Option{"--test-user", "FILE", "Login and password of a test user, a line each; for tests of what leaves."},
    Option{"--leave-site", "", "The test user's samples may go to the far end too."},
    Option{"--consent-key", "FILE", "The secret behind your TXT records. Default: consent.key in the data directory."},
    Option{"--web-form", "URL",
           "A contact form of the site that sends to the sample recipient, as its fields are filled in: "
           "http://www.example.com/contact?email={from}&text={message}; {to} and {subject}, too. Sent by POST."},
    Option{
        "--place", "PLACE",
        "With --intrusive: where this machine stands inside the site, for the relay from there: office, server, guest, "
        "vpn, container. Default: outside.",
        false, places_inside},
    Option{"--active-time", "DURATION", "How long the intrusive tests may take. Default: 3m."},
    Option{"--arrival-time", "DURATION", "How long to wait for what may arrive. Default: 15s."},
};
constexpr std::array vantage_options{
    Option{"--vantage", "NAME=URL#TOKEN",
           "A probe elsewhere (postern probe), such as out=https://probe.example.net:8443/#TOKEN; repeatable.", true},
};
constexpr std::array outside_options{
    Option{"--await-message", "DURATION",
           "Says an address at the probe and waits so long for a message that you send there from your server."},
    Option{"--filter-secret", "FIELD", "The header field by which the filter proves itself to your server."},
};
constexpr std::array<std::string_view, 6> places{"office", "server", "guest", "vpn", "container", "mail"};
constexpr std::array<std::string_view, 2> submission_choices{"open", "shut"};
constexpr std::array egress_options{
    Option{"--place", "PLACE",
           "Where this machine stands: office, server, guest, vpn, container, mail. Default: mail on the mail server, "
           "else office.",
           false, places},
    Option{"--proxy", "URL", "A proxy inside to go through: socks5://ADDR@PORT or http://ADDR@PORT; repeatable.", true},
    Option{"--destination", "ADDR[@PORT]", "On the mail server: another server that answers on port 25; repeatable.",
           true},
    Option{"--submission", "POLICY", "Your policy for 465 and 587 outward: open or shut.", false, submission_choices},
    Option{"--no-host", "", "Does not look at this machine."},
    Option{"--record", "FILE", "Keeps all evidence, to be judged again."},
    Option{"--replay", "FILE", "Judges kept evidence, without a network."},
};
constexpr std::array choice_options{
    Option{"--only", "ID[,ID]", "Judges only these checks.", true},
    Option{"--skip", "ID[,ID]", "Leaves these out.", true},
    Option{"--measure", "M[,M]", "Judges only these measures: M0 to M7, MC.", true},
    Option{"--list", "ZONE", "Asks only this list; repeatable. Default: the lists of tiers 1 and 2.", true},
    Option{"--catalogue", "FILE", "Adds to the built-in catalogue of lists or overrides it."},
    Option{"--fail-on", "LEVEL",
           "Which failures end in exit code 1: critical, high, medium, low, warning or never. Default: low.", false,
           fail_choices},
    Option{"--details", "", "Shows what holds, too."},
    Option{"--timeout", "DURATION", "How long a server or list may take, such as 5s. Default: 5s."},
    Option{"--format", "FORMAT", "text, json, html or junit. Default: text.", false, report_formats},
};
constexpr std::array<std::span<const Option>, 7> audit_groups{
    evidence_options, vantage_options, outside_options, intrusive_options, choice_options, dns_options, shared_options};
constexpr std::array audit_examples{
    Example{"postern audit example.com", "From a laptop: DNS, the servers' greetings, the lists."},
    Example{"sudo postern audit example.com", "On the mail server: also its configuration, logs, scanner, firewall."},
    Example{"postern audit example.com --message sent.eml", "What one message that you sent shows of the way it took."},
    Example{"postern audit example.com --format html > report.html", "A page to hand on."},
};

constexpr std::array export_examples{
    Example{"postern export exchange-script > postern-exchange.ps1",
            "Run it in the Exchange Management Shell, then postern audit --import exchange.json."}};

constexpr std::array<std::span<const Option>, 5> egress_groups{vantage_options, egress_options, choice_options,
                                                               dns_options, shared_options};
constexpr std::array egress_examples{
    Example{"postern audit egress example.com --vantage out=https://probe.example.net:8443/#TOKEN",
            "From an office machine: does port 25 get out, over IPv4 and IPv6?"},
    Example{"postern audit egress --place guest --vantage ...", "The same from the guest network."},
    Example{"sudo -u nobody postern audit egress --vantage ...", "On the mail server, as a user that is not its own."}};

constexpr std::array table{
    Command{
        "audit", "[DOMAIN] [ADDRESS...]", "do the protective measures hold?",
        "Audits a domain and its mail server from what DNS, the servers' greetings, this machine, logs, a message and "
        "DMARC reports already prove, and says what to do first. It is passive: no mail is sent, no relay is tried, "
        "unless "
        "--intrusive is given and the domain is proved to be yours.\n\n"
        "Every check has its evidence and its mend; what could not be learnt is unknown, never a pass.",
        audit_groups, audit_examples, &run_audit},
    Command{
        "audit egress", "[DOMAIN]", "which ways lead out of this network?",
        "Connects from this machine to probes outside on 25, 465 and 587, over IPv4 and IPv6, directly and through the "
        "proxies given, and judges measure 2 by what arrived there and under which address. Run it on a machine of "
        "each network: office, servers, guests, VPN, containers, and the mail server.",
        egress_groups, egress_examples, &run_audit},
    Command{
        "export exchange-script",
        "",
        "a script that reads how Exchange is set up",
        "Prints a PowerShell script for the Exchange Management Shell. It changes nothing, and writes JSON that "
        "postern audit --import FILE judges: connectors, who may relay, greeting names, malware filter, recipients.",
        {},
        export_examples,
        &run_export_exchange_script},
};

}  // namespace

std::span<const Command> audit_commands() { return table; }

}  // namespace postern::app
