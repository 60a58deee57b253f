// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"
#include "app/probe/probe_command.hpp"

namespace postern::app {
namespace {

constexpr std::array probe_options{
    Option{"--listen", "ADDR", "The address to listen on, such as 0.0.0.0 or ::; repeatable.", true},
    Option{"--token-file", "FILE", "The probe's key and who may use it; chmod 600."},
    Option{"--add-token", "NAME",
           "Adds a token to the file, makes the file if there is none, says the token, and ends."},
    Option{"--name", "HOST", "The host name that leads to this machine. Default: its own name."},
    Option{"--port", "PORT", "A mail port; repeatable. Default: 25, 587, 2525.", true},
    Option{"--tls-port", "PORT", "A mail port that begins with TLS; repeatable. Default: 465.", true},
    Option{"--control-port", "PORT", "The port of the control interface. Default: 8443."},
    Option{"--address", "ADDR",
           "An address by which this machine is reached from outside, behind NAT or with --listen 0.0.0.0; repeatable.",
           true},
    Option{"--target", "ADDR|NETWORK", "What audits may have looked at from here; repeatable. Default: nothing.", true},
    Option{"--port25-control", "ADDR[@PORT]",
           "A mail server elsewhere that answers, to prove that this network lets the probe out to port 25."},
    Option{"--certificate", "FILE", "The TLS certificate with its chain, PEM. Default: one made in memory."},
    Option{"--key", "FILE", "Its key, PEM."},
    Option{"--max-per-address", "N",
           "Connections at once from one address, a mail port; six times as many new ones a minute. Default: 20."},
};
constexpr std::array<std::span<const Option>, 1> probe_groups{probe_options};
constexpr std::array probe_examples{
    Example{"postern probe --token-file probe.tokens --add-token own",
            "Once: makes the secrets, and says what to give to postern audit --vantage."},
    Example{"postern probe --listen 0.0.0.0 --listen :: --token-file probe.tokens --name probe.example.net",
            "Then, on a machine elsewhere, with the right to open port 25."},
    Example{"postern probe ... --target 203.0.113.0/28", "Lets audits have this network looked at from here."}};

constexpr std::array table{
    Command{
        "probe", "", "the far end of outside tests",
        "Runs on a machine elsewhere: takes the test messages of an audit, answers on the mail ports so that an audit "
        "learns what gets out and under which address, and looks at your servers from outside.\n\n"
        "It relays nothing, keeps nothing on disk, and of strangers nothing at all. docs/probe.md tells how to use "
        "one, and how to do without.",
        probe_groups, probe_examples, &run_probe},
};

}  // namespace

std::span<const Command> probe_commands() { return table; }

}  // namespace postern::app
