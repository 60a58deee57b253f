// SPDX-License-Identifier: Apache-2.0
// The table of commands as people read it: --help on a terminal, the man page.
#include "app/cli/command.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::app {
namespace {

constexpr std::size_t width = 96;

std::string heading(std::string_view text, bool bold) {
    return bold ? fmt::format("\x1b[1m{}\x1b[0m\n", text) : fmt::format("{}\n", text);
}

/// The text broken at blanks, each line indented.
std::string wrapped(std::string_view text, std::size_t indent) {
    std::string out(indent, ' ');
    std::size_t column = indent;
    while (!text.empty()) {
        const auto blank = std::min(text.find(' '), text.size());
        if (column > indent && column + blank + 1 > width) {
            out.append("\n").append(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out.push_back(' ');
            ++column;
        }
        out += text.substr(0, blank);
        column += blank;
        text.remove_prefix(std::min(blank + 1, text.size()));
    }
    return out + "\n";
}

std::vector<std::string_view> paragraphs(std::string_view text) {
    std::vector<std::string_view> all;
    for (auto end = text.find("\n\n"); end != std::string_view::npos; end = text.find("\n\n")) {
        all.push_back(text.substr(0, end));
        text.remove_prefix(end + 2);
    }
    all.push_back(text);
    return all;
}

std::string usage_line(const Command& command) {
    return fmt::format("postern {}{}{}{}", command.path, command.options.empty() ? "" : " [OPTIONS]",
                       command.words.empty() ? "" : " ", command.words);
}

constexpr std::string_view exit_codes =
    "0 all well; 1 something failed or is listed; 2 usage or configuration; 3 could not be determined. 1 beats 3.";

/// troff: a backslash is written \e, a hyphen \-, and a line must not begin with a dot or apostrophe.
std::string troff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') out += "\\e";
        else if (c == '-') out += "\\-";
        else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) (out += "\\&").push_back(c);
        else out.push_back(c);
    }
    return out;
}

std::string option_label(const Option& option) {
    return option.value.empty() ? std::string(option.name) : fmt::format("{} {}", option.name, option.value);
}

std::string man_command(const Command& command) {
    std::string out = fmt::format(".SS \"{}\"\n", troff(usage_line(command)));
    for (const auto paragraph : paragraphs(command.description)) out += fmt::format(".PP\n{}\n", troff(paragraph));
    for (const auto group : command.options)
        for (const Option& option : group)
            out += fmt::format(".TP\n.B {}\n{}\n", troff(option_label(option)), troff(option.sentence));
    for (const Example& example : command.examples)
        out += fmt::format(".PP\n{}\n.RS 4\n.nf\n{}\n.fi\n.RE\n", troff(example.what), troff(example.line));
    return out;
}

}  // namespace

std::string help(const Command& command, bool bold) {
    std::string out = heading(usage_line(command), bold) + "\n";
    for (const auto paragraph : paragraphs(command.description)) out += wrapped(paragraph, 2) + "\n";
    if (!command.options.empty()) out += heading("Options", bold);
    for (const auto group : command.options) {
        for (const Option& option : group)
            out += fmt::format("  {}\n{}", option_label(option), wrapped(option.sentence, 6));
        out += "\n";
    }
    if (!command.examples.empty()) out += heading("Examples", bold);
    for (const Example& example : command.examples)
        out += fmt::format("  {}\n{}", example.line, wrapped(example.what, 6));
    out += "\n" + heading("Exit codes", bold) + wrapped(exit_codes, 2);
    return out;
}

std::string general_help(bool bold) {
    std::string out = heading("postern COMMAND [OPTIONS]", bold);
    out += "\n  Keeps an organisation's mail server off the blocklists, and helps out of them.\n\n" +
           heading("Commands", bold);
    for (const Command& command : commands())
        if (!command.hidden) out += fmt::format("  {:<18} {}\n", command.path, command.sentence);
    out += "\n  postern COMMAND --help (or postern help COMMAND) tells more of each; postern --version names the "
           "release.\n\n" +
           heading("Exit codes", bold) + wrapped(exit_codes, 2);
    return out;
}

std::string group_help(std::string_view word, bool bold) {
    std::string lines;
    for (const Command& command : commands())
        if (!command.hidden && command.path.starts_with(word) && command.path.substr(word.size()).starts_with(' '))
            lines += fmt::format("  {:<18} {}\n", command.path, command.sentence);
    if (lines.empty()) return {};
    return heading(fmt::format("postern {} COMMAND [OPTIONS]", word), bold) + "\n" + heading("Commands", bold) + lines +
           fmt::format("\n  postern {} COMMAND --help tells more of each.\n", word);
}

std::string man_page() {
    std::string out = fmt::format(".TH POSTERN 1 \"\" \"postern {}\" \"User Commands\"\n.SH NAME\npostern \\- keeps a "
                                  "mail server off the blocklists\n"
                                  ".SH SYNOPSIS\n.B postern\n.I COMMAND\n[OPTIONS]\n.SH COMMANDS\n",
                                  version);
    for (const Command& command : commands())
        if (!command.hidden) out += man_command(command);
    out += fmt::format(".SH \"EXIT STATUS\"\n{}\n", troff(exit_codes));
    out +=
        ".SH FILES\n.TP\n.I /etc/postern/postern.toml\nthe configuration, if there is one\n.TP\n.I /var/lib/postern\n"
        "what is remembered between runs (for other users than root: $XDG_STATE_HOME/postern, or "
        "~/.local/state/postern)\n";
    out += ".SH ENVIRONMENT\n.TP\n.B POSTERN_DATA_DIR\nanother directory for what is remembered\n.TP\n.B NO_COLOR\nif "
           "set, no colours\n";
    return out;
}

}  // namespace postern::app
