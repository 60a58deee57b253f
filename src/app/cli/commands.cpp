// SPDX-License-Identifier: Apache-2.0
// The commands there are.
#include "app/cli/command.hpp"
#include "app/audit/audit_command.hpp"
#include "app/casework/case_command.hpp"
#include "app/config/config_command.hpp"
#include "app/explain/explain_command.hpp"
#include "app/export/export_command.hpp"
#include "app/identity/identity_command.hpp"
#include "app/lists/lists_command.hpp"

#include <array>

namespace postern::app {
namespace {

constexpr std::array<std::string_view, 5> formats{"text", "json", "jsonl", "csv", "html"};

constexpr std::array list_options{
    Option{"--tier", "N[,N]",
           "Asks the lists of these tiers: 1 looked at by most receivers, 2 by many, 3 by few, 0 information. Default: "
           "1,2."},
    Option{"--all", "", "Asks every list of the catalogue, information and allow-lists too."},
    Option{"--list", "ZONE", "Asks only this list; a part of a union (xbl.spamhaus.org) is asked through the union.",
           true},
    Option{"--zones-file", "FILE",
           "Asks your own lists: plain zones, one a line. Only these, unless --tier, --all or --list is given too."},
    Option{"--catalogue", "FILE", "Adds to the built-in catalogue or overrides it, zone by zone."},
    Option{"--timeout", "DURATION", "How long a list may take in all, such as 5s or 800ms. Default: 5s."},
    Option{"--format", "FORMAT", "text, json, jsonl (one object a line), csv or html. Default: text.", false, formats},
};
constexpr std::array dns_options{
    Option{"--resolver", "ADDR[@PORT]",
           "Sends every question to this resolver and nowhere else; repeatable, asked in turn. Default: own recursion "
           "that validates.",
           true},
    Option{"--root-hints", "FILE", "Starts recursion at these root servers."},
    Option{"--trust-anchor", "FILE",
           "Validates from these keys. Default: the system's, but none with --root-hints or --resolver."},
    Option{"--stub", "ZONE=ADDR[@PORT]", "Asks this zone's own server directly.", true},
};
constexpr std::array shared_options{
    Option{"--config", "FILE", "The configuration. Default: /etc/postern/postern.toml, if it is there."},
    Option{"--data-dir", "DIR",
           "Where health, budgets and listings are remembered. Default: /var/lib/postern for root, else the user's "
           "state directory."},
    Option{"--quiet", "", "No progress, no notes."},
};
constexpr std::array<std::span<const Option>, 3> lists_groups{list_options, dns_options, shared_options};
constexpr std::array lists_examples{
    Example{"postern lists 203.0.113.7", "Is this address listed, where, why, and what now?"},
    Example{"postern lists mail.example.com example.com", "Names are looked up on lists of domains."},
    Example{"postern lists 203.0.113.0/28 --format csv", "A small network, for a spreadsheet."},
    Example{"postern lists - --zones-file own.txt --resolver 127.0.0.1@5353 < addresses",
            "Your own or rsynced lists, as many addresses as you like."},
};

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
constexpr std::array<std::span<const Option>, 4> audit_groups{evidence_options, choice_options, dns_options,
                                                              shared_options};
constexpr std::array audit_examples{
    Example{"postern audit example.com", "From a laptop: DNS, the servers' greetings, the lists."},
    Example{"sudo postern audit example.com", "On the mail server: also its configuration, logs, scanner, firewall."},
    Example{"postern audit example.com --message sent.eml", "What one message that you sent shows of the way it took."},
    Example{"postern audit example.com --format html > report.html", "A page to hand on."},
};

constexpr std::array<std::string_view, 2> plain_formats{"text", "json"};
constexpr std::array answer_options{
    Option{"--format", "FORMAT", "text or json. Default: text.", false, plain_formats},
    Option{"--timeout", "DURATION", "How long a look-up may take, such as 5s or 800ms. Default: 5s."},
};
constexpr std::array spf_options{
    Option{"--ip", "IP", "The address that sends."},
    Option{"--helo", "NAME", "What it calls itself; judged when the sender is empty."},
    Option{"--mail-from", "ADDR", "The envelope's sender, or a domain."},
};
constexpr std::array ptr_options{
    Option{"--letter", "", "Writes the message to whoever controls the reverse zone; needs --name."},
    Option{"--name", "NAME", "The host name that the address should have."},
};
constexpr std::array<std::span<const Option>, 4> spf_groups{spf_options, answer_options, dns_options, shared_options};
constexpr std::array<std::span<const Option>, 4> ptr_groups{ptr_options, answer_options, dns_options, shared_options};
constexpr std::array<std::span<const Option>, 3> identity_groups{answer_options, dns_options, shared_options};
constexpr std::array spf_examples{
    Example{"postern identity spf --ip 203.0.113.25 --helo mail.example.com --mail-from user@example.com",
            "May this address send for example.com? With each look-up counted."}};
constexpr std::array dmarc_examples{
    Example{"postern identity dmarc news.example.com", "The policy that holds, and where the walk found it."}};
constexpr std::array dkim_examples{
    Example{"postern identity dkim message.eml", "Each signature of a message saved from a mailbox."}};
constexpr std::array ptr_examples{
    Example{"postern identity ptr 203.0.113.25", "Its reverse name, whether it is confirmed, who controls it."},
    Example{"postern identity ptr 203.0.113.25 --letter --name mail.example.com", "A message to the provider."}};

constexpr std::array<std::span<const Option>, 1> shared_groups{shared_options};
constexpr std::array catalogue_options{
    Option{"--catalogue", "FILE", "Adds to the built-in catalogue or overrides it, zone by zone."}};
constexpr std::array<std::span<const Option>, 1> explain_groups{catalogue_options};
constexpr std::array explain_examples{
    Example{"postern explain 5-04", "A check: why it matters, how to verify it by hand, how to mend it."},
    Example{"postern explain xbl.spamhaus.org", "What an entry means, what leads to it, who may ask for removal."}};
constexpr std::array export_examples{
    Example{"postern export exchange-script > postern-exchange.ps1",
            "Run it in the Exchange Management Shell, then postern audit --import exchange.json."}};
constexpr std::array case_examples{
    Example{"postern case open 203.0.113.7",
            "Asks the lists and writes the case's page: causes, checklist, who may ask."},
    Example{"postern case draft 203.0.113.7_2026-11-24", "The request, once every box of the page is ticked."}};
constexpr std::array config_examples{
    Example{"postern config example > postern.toml", "A commented file with the defaults."},
    Example{"postern config check postern.toml", "Faults with line, column and the nearest setting."}};

constexpr std::array commands_table{
    Command{
        "audit", "[DOMAIN] [ADDRESS...]", "do the protective measures hold?",
        "Audits a domain and its mail server from what DNS, the servers' greetings, this machine, logs, a message and "
        "DMARC reports already prove, and says what to do first. It is passive: no mail is sent, no relay is tried.\n\n"
        "Every check has its evidence and its mend; what could not be learnt is unknown, never a pass.",
        audit_groups, audit_examples, &run_audit},
    Command{"lists", "SUBJECT...", "is this address or domain on a blocklist?",
            "Asks blocklists about addresses (IPv4, IPv6), small networks, IPv6 /64s and domains; a single - reads "
            "subjects from standard input, one a line. Asks your own lists without bound; public lists for at most "
            "256 subjects a run, within a daily budget for each operator.\n\n"
            "Every list is first proved to work: it must list its test entry and must not list what no list may "
            "hold. What a list does not say is unknown, with the reason; nothing unknown counts as clean.",
            lists_groups, lists_examples, &run_lists},
    Command{"explain", "ZONE|CHECK", "what is known of a list or a check",
            "Prints what the catalogue knows of a list or a part of one; of a dead one, its story; of a check of the "
            "audit, "
            "its page: what it means for being listed, how it is tested, how to fix it.",
            explain_groups, explain_examples, &run_explain},
    Command{"identity spf", "", "may this address send for this domain?",
            "Evaluates SPF (RFC 7208) and shows the steps, the look-ups counted, and the term that decided.",
            spf_groups, spf_examples, &run_identity_spf},
    Command{"identity dmarc", "DOMAIN", "which DMARC policy holds for this domain?",
            "Finds the policy by the tree walk of RFC 9989, and checks that those who are to get reports take them.",
            identity_groups, dmarc_examples, &run_identity_dmarc},
    Command{"identity dkim", "FILE", "do this message's signatures verify?",
            "Verifies every DKIM signature (RFC 6376, RSA and Ed25519) of a message as it was saved.", identity_groups,
            dkim_examples, &run_identity_dkim},
    Command{"identity ptr", "IP", "what is this address called, and who can change it?",
            "Looks up the reverse name, checks that it leads back, judges whether it looks generic, and finds who "
            "controls the reverse zone.",
            ptr_groups, ptr_examples, &run_identity_ptr},
    Command{"case open", "SUBJECT", "opens a case for a listing",
            "Asks the lists about one subject and, if it is listed, writes a page to the data directory: what is "
            "listed and since when, likely causes, who may ask, and the boxes to tick before asking. Nothing is "
            "ever submitted to an operator.",
            lists_groups, case_examples, &run_case_open},
    Command{"case list",
            "",
            "the cases there are",
            "Names the cases and how many of their boxes are open.",
            shared_groups,
            {},
            &run_case_list},
    Command{"case show", "ID", "a case's page", "Prints the page of a case.", shared_groups, {}, &run_case_show},
    Command{"case draft",
            "ID",
            "the request to the operator",
            "Prints a request for you to send, once every box of the case is ticked; refused, with exit code 1, while "
            "one is open.",
            shared_groups,
            {},
            &run_case_draft},
    Command{"case close",
            "ID",
            "verifies the removal and closes the case",
            "Asks the lists again; the case closes only when every list answered and none holds the subject.",
            lists_groups,
            {},
            &run_case_close},
    Command{
        "export exchange-script",
        "",
        "a script that reads how Exchange is set up",
        "Prints a PowerShell script for the Exchange Management Shell. It changes nothing, and writes JSON that "
        "postern audit --import FILE judges: connectors, who may relay, greeting names, malware filter, recipients.",
        {},
        export_examples,
        &run_export_exchange_script},
    Command{"config check",
            "[FILE]",
            "checks a configuration",
            "Reads a configuration and says what is wrong, with line and column.",
            {},
            config_examples,
            &run_config_check},
    Command{"config example",
            "",
            "a commented configuration",
            "Prints a configuration that says the defaults.",
            {},
            {},
            &run_config_example},
    Command{"generate",
            "man|bash|zsh",
            "man page and completions",
            "Writes what the package installs.",
            {},
            {},
            &run_generate,
            true},
};

}  // namespace

std::span<const Command> commands() { return commands_table; }

}  // namespace postern::app
