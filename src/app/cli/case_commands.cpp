// SPDX-License-Identifier: Apache-2.0
#include "app/casework/case_command.hpp"
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"

namespace postern::app {
namespace {

constexpr std::array evidence_search_options{
    Option{"--at", "TIME", "When the operator saw it: 2026-11-24T09:30:00Z, or with an offset such as +01:00."},
    Option{"--src-port", "N", "The source port that the operator names, as seen outside."},
    Option{"--window", "DURATION", "How far clocks may differ. Default: 5m."},
    Option{"--logs", "FILE", "Mail logs of that time; compressed or not.", true},
    Option{"--firewall-log", "FILE",
           "Logs of the firewall or NAT: nft or iptables, OPNsense, MikroTik, Cisco, or conntrack -E with times.",
           true},
    Option{"--format", "FORMAT", "text or json. Default: text.", false, plain_formats},
};
constexpr std::array<std::span<const Option>, 2> evidence_search_groups{evidence_search_options, shared_options};
constexpr std::array evidence_search_examples{
    Example{"postern case evidence --at 2026-11-24T09:30:00Z --src-port 61000 --firewall-log router.log",
            "Which machine was behind the address at that time?"}};
constexpr std::array case_examples{
    Example{"postern case open 203.0.113.7",
            "Asks the lists and writes the case's page: causes, checklist, who may ask."},
    Example{"postern case draft 203.0.113.7_2026-11-24", "The request, once every box of the page is ticked."}};

constexpr std::array table{
    Command{"case open", "SUBJECT", "opens a case for a listing",
            "Asks the lists about one subject and, if it is listed, writes a page to the data directory: what is "
            "listed and since when, likely causes, who may ask, and the boxes to tick before asking. Nothing is "
            "ever submitted to an operator.",
            lists_groups, case_examples, &run_case_open},
    Command{
        "case evidence", "", "which machine or account was it?",
        "Joins the time and port of an operator's evidence with logs of the firewall, of NAT and of the mail server, "
        "and with the trap's record, "
        "and names the machine or account; or says which log is missing.",
        evidence_search_groups, evidence_search_examples, &run_case_evidence},
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
};

}  // namespace

std::span<const Command> case_commands() { return table; }

}  // namespace postern::app
