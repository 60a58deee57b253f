// SPDX-License-Identifier: Apache-2.0
// The table of commands as shells complete it.
#include "app/cli/command.hpp"

#include <fmt/format.h>

#include <set>

namespace postern::app {
namespace {

bool wants_file(const Option& option) { return option.value.ends_with("FILE") || option.value == "DIR"; }

}  // namespace

std::string bash_completion() {
    std::set<std::string_view> first_words;
    std::string cases, values;
    std::set<std::string> seen;  // "lists --format": an option's values differ from command to command
    for (const Command& command : commands()) {
        if (command.hidden) continue;
        const std::string_view first = command.path.substr(0, command.path.find(' '));
        first_words.insert(first);
        std::string names = "--help";
        for (const auto group : command.options)
            for (const Option& option : group) {
                names.append(" ").append(option.name);
                const std::string place = fmt::format("{} {}", first, option.name);
                if (!seen.insert(place).second) continue;
                if (!option.choices.empty())
                    values += fmt::format("        \"{}\") COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n",
                                          place, fmt::join(option.choices, " "));
                else if (wants_file(option))
                    values += fmt::format("        \"{}\") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", place);
                else if (!option.value.empty()) values += fmt::format("        \"{}\") return ;;\n", place);
            }
        cases += fmt::format("        \"{}\"*) options=\"{}\" ;;\n", command.path, names);
    }
    std::string second_words;
    for (const std::string_view word : first_words) {
        std::string seconds;
        for (const Command& command : commands())
            if (!command.hidden && command.path.starts_with(std::string(word) + " "))
                seconds.append(seconds.empty() ? "" : " ").append(command.path.substr(word.size() + 1));
        if (!seconds.empty())
            second_words += fmt::format("        {}) [ \"$COMP_CWORD\" -eq 2 ] && {{ COMPREPLY=($(compgen -W \"{}\" -- "
                                        "\"$word\")); return; }} ;;\n",
                                        word, seconds);
    }
    return fmt::format(R"(# bash completion for postern
_postern() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" options=""
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{} --help --version" -- "$word"))
        return
    fi
    case "${{COMP_WORDS[1]}} $before" in
{}    esac
    case "${{COMP_WORDS[1]}}" in
{}    esac
    case "${{COMP_WORDS[*]:1}}" in
{}    esac
    case "$word" in
        -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    esac
}}
complete -o default -F _postern postern
)",
                       fmt::join(first_words, " "), values, second_words, cases);
}

std::string zsh_completion() {
    std::string out =
        "#compdef postern\n# zsh completion by way of bash's\nautoload -U +X bashcompinit && bashcompinit\n";
    return out + bash_completion().substr(std::string_view("# bash completion for postern\n").size());
}

}  // namespace postern::app
