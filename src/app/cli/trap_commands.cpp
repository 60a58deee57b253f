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
    Option{"--listen", "ADDR[@PORT]", "Takes syslog over UDP there, port 514 by default, until interrupted."},
    Option{"--from", "ADDRESS", "Believes datagrams of this router only; repeatable. Default: of everybody.", true},
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
    Example{"postern trap syslog router.log", "Offenders in a file of what a router denied."},
    Example{"postern trap syslog --listen 192.0.2.1@5514 --from 192.0.2.254", "As a router sends its log."}};

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
        "trap syslog", "[FILE...]", "names offenders from a router's log of what it denied",
        "Reads the deny logs of nft or iptables, OPNsense or pfSense, MikroTik, Cisco ASA or IOS from files (\"-\" is "
        "standard input) or as syslog over UDP, and judges as the trap does. Exit code 1 if somebody is named.",
        syslog_groups, syslog_examples, &run_trap_syslog},
};

}  // namespace

std::span<const Command> trap_commands() { return table; }

}  // namespace postern::app
