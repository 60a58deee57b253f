// SPDX-License-Identifier: Apache-2.0
#include "app/config/config_command.hpp"
#include "app/cli/command_groups.hpp"
#include "app/cli/option_groups.hpp"

namespace postern::app {
namespace {

constexpr std::array config_examples{
    Example{"postern config example > postern.toml", "A commented file with the defaults."},
    Example{"postern config check postern.toml", "Faults with line, column and the nearest setting."}};

constexpr std::array table{
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

std::span<const Command> config_commands() { return table; }

}  // namespace postern::app
