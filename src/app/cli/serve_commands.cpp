// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"
#include "app/init/init_command.hpp"
#include "app/serve/serve_command.hpp"

namespace postern::app {
namespace {

constexpr std::array serve_options{
    Option{"--role", "ROLE", "Only this role; repeatable. Default: every one.", true},
};
constexpr std::array<std::span<const Option>, 2> serve_groups{serve_options, shared_options};
constexpr std::array serve_examples{
    Example{"postern serve", "Everything, with the settings of /etc/postern/postern.toml or the defaults."},
    Example{"postern serve --role trap", "One role a process."}};

constexpr std::array init_options{
    Option{"--output", "FILE",
           "Where it is written; - shows it. Default: /etc/postern/postern.toml. Never over a file that is there."},
};
constexpr std::array<std::span<const Option>, 1> init_groups{init_options};
constexpr std::array init_examples{Example{"postern init --output -", "What would be written."}};

constexpr std::array table{
    Command{
        "init", "", "a first configuration from this machine",
        "Looks at Postfix, clamd and rspamd as they are set up here and writes a configuration in which every measure "
        "observes. Nothing else is changed.",
        init_groups, init_examples, &run_init},
    Command{
        "serve", "", "the daemon",
        "Runs the roles of the daemon until SIGTERM or SIGINT, which let conversations finish; SIGHUP reads the "
        "configuration anew, all or nothing. It logs to standard error, keeps events in the data directory and shows "
        "metrics for Prometheus on loopback.",
        serve_groups, serve_examples, &run_serve},
};

}  // namespace

std::span<const Command> serve_commands() { return table; }

}  // namespace postern::app
