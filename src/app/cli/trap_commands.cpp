// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"
#include "app/trap/trap_command.hpp"

namespace postern::app {
namespace {

constexpr std::array show_options{
    Option{"--format", "FORMAT", "text or json. Default: text.", false, plain_formats},
};
constexpr std::array syslog_options{
    Option{"--syslog", "ADDR|FILE",
           "The log: a file (\"-\" is standard input), or ADDR[@PORT], where syslog is taken over UDP and TCP, port "
           "514 by "
           "default, until interrupted; repeatable.",
           true},
    Option{"--from", "ADDRESS", "Believes this router only; repeatable. Default: everybody.", true},
    Option{"--port", "N", "Connections to this port; repeatable. Default: 25.", true},
    Option{"--mail-server", "ADDRESS", "May send: its lines are passed over; repeatable. Default: those of [site].",
           true},
    Option{"--format", "FORMAT", "text or json. Default: text.", false, plain_formats},
};
constexpr std::array<std::span<const Option>, 2> show_groups{show_options, shared_options};
constexpr std::array<std::span<const Option>, 2> syslog_groups{syslog_options, shared_options};
constexpr std::array list_examples{
    Example{"postern trap list", "Machines inside that tried port 25, the latest first."},
    Example{"postern trap show 10.0.0.7", "All that is known of one."}};
constexpr std::array syslog_examples{
    Example{"postern trap --syslog router.log", "Offenders in a file of what a router denied."},
    Example{"postern trap --syslog 192.0.2.1@5514 --from 192.0.2.254", "As a router sends its log."}};

constexpr std::array table{
    Command{"trap list", "", "machines inside that tried port 25",
            "Lists the offenders on record, with what each probably is. Exit code 1 if there is any.", show_groups,
            list_examples, &run_trap_list},
    Command{"trap show", "ADDRESS", "all that is known of one of them",
            "Shows one offender: address, MAC, names, what it tried and said, what it probably is and by what signs.",
            show_groups, list_examples, &run_trap_show},
    Command{"trap forget",
            "ADDRESS",
            "takes one off the record",
            "Removes an offender and its events. If it tries again, it is told of as new.",
            shared_groups,
            {},
            &run_trap_forget},
    Command{
        "trap", "", "names offenders from a router's log of what it denied",
        "With --syslog: reads the deny logs of nft or iptables, OPNsense or pfSense, MikroTik, Cisco ASA or IOS from "
        "files, or as syslog over UDP and TCP (RFC 6587, messages counted or a line each), and judges as the trap "
        "does, "
        "where no redirect is possible. Exit code 1 if somebody is named.",
        syslog_groups, syslog_examples, &run_trap_syslog},
};

}  // namespace

std::span<const Command> trap_commands() { return table; }

}  // namespace postern::app
