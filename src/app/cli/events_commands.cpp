// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"
#include "app/events/events_command.hpp"

namespace postern::app {
namespace {

constexpr std::array<std::string_view, 2> line_formats{"text", "jsonl"};
constexpr std::array events_options{
    Option{"--follow", "", "Goes on with what comes, until interrupted."},
    Option{"--run", "COMMAND",
           "With --follow: the shell runs it for each event that comes, one after the other, with the event as one "
           "line of "
           "JSON on standard input; up to three tries of 30 s. Only what comes from now on, unless --since is given."},
    Option{"--since", "DURATION", "Only of this time back, such as 24h."},
    Option{"--ip", "ADDRESS", "Only of this client."},
    Option{"--account", "NAME", "Only of this login."},
    Option{"--verdict", "WORD", "Only with this verdict: accept, tag, defer, hold or refuse."},
    Option{"--would", "", "Only what a measure would have done, had it been enforced."},
    Option{"--kind", "PREFIX", "Only of this kind: trap. or gate.message, for instance."},
    Option{"--id", "ID", "Only this one, whose id stood in a reply."},
    Option{"--most", "N", "The newest N. Default: 1000."},
    Option{"--format", "FORMAT", "text or jsonl (one object a line). Default: text.", false, line_formats},
};
constexpr std::array<std::span<const Option>, 2> events_groups{events_options, shared_options};
constexpr std::array events_examples{
    Example{"postern events --follow", "What happens now."},
    Example{"postern events --follow --kind trap. --run 'mail -s \"port 25\" admin@example.com'",
            "An alarm by a command, outside of the daemon, which runs none."},
    Example{"postern events --since 24h --kind trap.", "Machines that tried port 25 since yesterday."}};

constexpr std::array table{
    Command{
        "events", "", "what the daemon decided and noticed",
        "Shows events of the daemon, the oldest first: refusals, holds, incidents. Everything that came from outside "
        "is escaped.",
        events_groups, events_examples, &run_events},
};

}  // namespace

std::span<const Command> events_commands() { return table; }

}  // namespace postern::app
