// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.hpp"
#include "base/contains.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace postern::app {
namespace {

constexpr Option help_option{"--help", "", "Shows this."};

std::unexpected<Error> usage(const std::string& sentence) { return fail("usage", sentence); }

/// The command whose path the first words are; the longest wins.
const Command* find_command(std::span<const std::string_view> arguments, std::size_t& words_used) {
    const Command* best = nullptr;
    for (const Command& command : commands()) {
        std::string_view path = command.path;
        std::size_t used = 0;
        while (!path.empty() && used < arguments.size()) {
            const auto blank = path.find(' ');
            if (arguments[used] != path.substr(0, blank)) break;
            path = blank == std::string_view::npos ? std::string_view{} : path.substr(blank + 1);
            ++used;
        }
        if (path.empty() && (best == nullptr || used > words_used)) {
            best = &command;
            words_used = used;
        }
    }
    return best;
}

std::unexpected<Error> unknown_command(std::string_view word) {
    std::vector<std::string_view> seconds;
    for (const Command& command : commands())
        if (command.path.starts_with(word) && command.path.substr(word.size()).starts_with(' '))
            seconds.push_back(command.path.substr(word.size() + 1));
    if (!seconds.empty()) return usage(fmt::format("postern {} needs one of: {}", word, fmt::join(seconds, ", ")));
    std::vector<std::string_view> names;
    for (const Command& command : commands())
        if (!command.hidden) names.push_back(command.path.substr(0, command.path.find(' ')));
    const auto near = nearest(word, names);
    return usage(fmt::format("there is no command {}{}; try: postern --help", printable(word),
                             near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
}

const Option* find_option(const Command& command, std::string_view name) {
    if (name == help_option.name || name == "-h") return &help_option;
    for (const auto group : command.options)
        for (const Option& option : group)
            if (option.name == name) return &option;
    return nullptr;
}

std::unexpected<Error> unknown_option(const Command& command, std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto group : command.options)
        for (const Option& option : group) names.push_back(option.name);
    const auto near = nearest(name, names);
    return usage(fmt::format("postern {} has no option {}{}; try: postern {} --help", command.path, printable(name),
                             near.empty() ? "" : fmt::format(" (did you mean {}?)", near), command.path));
}

}  // namespace

Result<Invocation> Invocation::parse(std::span<const std::string_view> arguments) {
    Invocation invocation;
    std::size_t used = 0;
    invocation.command_ = find_command(arguments, used);
    if (invocation.command_ == nullptr) return unknown_command(arguments.empty() ? "" : arguments.front());
    const Command& command = *invocation.command_;
    bool options_over = false;
    for (std::size_t i = used; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        if (options_over || argument.size() < 2 || !argument.starts_with('-')) {
            if (command.words.empty())
                return usage(fmt::format("postern {} takes no \"{}\"; try: postern {} --help", command.path,
                                         printable(argument), command.path));
            invocation.words_.emplace_back(argument);
            continue;
        }
        if (argument == "--") {
            options_over = true;
            continue;
        }
        const auto equals = argument.find('=');
        const Option* option = find_option(command, argument.substr(0, equals));
        if (option == nullptr) return unknown_option(command, argument.substr(0, equals));
        std::string value;
        if (option->value.empty()) {
            if (equals != std::string_view::npos) return usage(fmt::format("{} takes no value", option->name));
        } else if (equals != std::string_view::npos) {
            value = argument.substr(equals + 1);
        } else if (i + 1 < arguments.size()) {
            value = arguments[++i];
        } else {
            return usage(fmt::format("{} needs a value: {} {}", option->name, option->name, option->value));
        }
        if (!option->choices.empty() && !contains(option->choices, value))
            return usage(fmt::format("{} is one of {}, not \"{}\"", option->name, fmt::join(option->choices, ", "),
                                     printable(value)));
        auto& values = invocation.values_[std::string(option->name)];
        if (!values.empty() && !option->repeatable) return usage(fmt::format("{} is given twice", option->name));
        values.push_back(std::move(value));
    }
    return invocation;
}

std::optional<std::string> Invocation::value(std::string_view option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::nullopt : std::optional(found->second.back());
}

std::vector<std::string> Invocation::values(std::string_view option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace postern::app
