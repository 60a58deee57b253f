// SPDX-License-Identifier: Apache-2.0
// What a command is: one table entry, from which its parsing, its --help, its part of the man page and its completion come.
//
// The parsing is ours and small because the table is the only source: a library would bring a second one for help and errors, and
// none tells which option was meant.
#pragma once

#include "base/error.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::app {

/// What the program tells its caller (1 beats 3: a listing is a listing, whatever else is unknown).
enum class Exit : int {
    well = 0,          ///< all well
    found = 1,         ///< something failed or is listed
    usage = 2,         ///< wrong usage or configuration
    undetermined = 3,  ///< could not be determined
};

struct Option {
    std::string_view name;      ///< "--format"
    std::string_view value;     ///< "FORMAT"; empty: a switch
    std::string_view sentence;  ///< with its default
    bool repeatable = false;
    std::span<const std::string_view> choices = {};  ///< the only values there are, if any
};

struct Example {
    std::string_view line;  ///< "postern lists 203.0.113.7"
    std::string_view what;
};

class Invocation;

struct Command {
    std::string_view path;         ///< "lists", "config check"
    std::string_view words;        ///< "SUBJECT...": what stands behind it; empty: nothing may
    std::string_view sentence;     ///< one line, for the list of commands
    std::string_view description;  ///< paragraphs separated by an empty line
    std::span<const std::span<const Option>> options;
    std::span<const Example> examples;
    Exit (*run)(const Invocation&);
    bool hidden = false;
};

/// All there are, in the order people should read them.
[[nodiscard]] std::span<const Command> commands();

/// The command line, parsed and checked against its command's entry.
class Invocation {
public:
    /// `arguments` without the program's name. Errors: usage (a sentence ready for stderr).
    [[nodiscard]] static Result<Invocation> parse(std::span<const std::string_view> arguments);

    [[nodiscard]] const Command& command() const { return *command_; }
    [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
    [[nodiscard]] bool has(std::string_view option) const { return values_.contains(option); }
    /// The last value given, or nothing.
    [[nodiscard]] std::optional<std::string> value(std::string_view option) const;
    [[nodiscard]] std::vector<std::string> values(std::string_view option) const;
    [[nodiscard]] bool wants_help() const { return has("--help"); }

private:
    const Command* command_ = nullptr;
    std::vector<std::string> words_;
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// `bold` marks headings for a terminal.
[[nodiscard]] std::string help(const Command& command, bool bold);
[[nodiscard]] std::string general_help(bool bold);
/// Of the commands that begin with that word ("firewall"); empty if there are none.
[[nodiscard]] std::string group_help(std::string_view word, bool bold);
[[nodiscard]] std::string man_page();
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();

inline constexpr std::string_view version = "0.1.0";

}  // namespace postern::app
