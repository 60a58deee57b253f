// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

Result<Invocation> parse(std::initializer_list<std::string_view> words) {
    return Invocation::parse(std::vector<std::string_view>(words));
}

TEST(CommandLine, gives_words_options_and_switches) {
    const auto invocation = parse({"lists", "203.0.113.7", "--format=json", "--list", "a.example", "--list",
                                   "b.example", "--all", "--", "--odd"});
    ASSERT_TRUE(invocation) << invocation.error().message;
    EXPECT_EQ(invocation->command().path, "lists");
    EXPECT_EQ(invocation->words(), (std::vector<std::string>{"203.0.113.7", "--odd"}));
    EXPECT_EQ(invocation->value("--format"), "json");
    EXPECT_EQ(invocation->values("--list"), (std::vector<std::string>{"a.example", "b.example"}));
    EXPECT_TRUE(invocation->has("--all"));
    EXPECT_FALSE(invocation->has("--quiet"));
}

TEST(CommandLine, a_single_hyphen_is_a_word) {
    EXPECT_EQ(parse({"lists", "-"})->words(), std::vector<std::string>{"-"});
}

TEST(CommandLine, finds_the_longest_command) {
    EXPECT_EQ(parse({"case", "open", "203.0.113.7"})->command().path, "case open");
    EXPECT_EQ(parse({"case"}).error().message, "postern case needs one of: open, evidence, list, show, draft, close");
}

TEST(CommandLine, names_what_is_wrong_and_what_was_meant) {
    EXPECT_EQ(parse({"lits"}).error().message, "there is no command lits (did you mean lists?); try: postern --help");
    EXPECT_EQ(parse({"lists", "--formt", "x"}).error().message,
              "postern lists has no option --formt (did you mean --format?); try: postern lists --help");
    EXPECT_EQ(parse({"lists", "--format"}).error().message, "--format needs a value: --format FORMAT");
    EXPECT_EQ(parse({"lists", "--format", "xml"}).error().message,
              "--format is one of text, json, jsonl, csv, html, not \"xml\"");
    EXPECT_EQ(parse({"lists", "--all=yes"}).error().message, "--all takes no value");
    EXPECT_EQ(parse({"lists", "--format", "json", "--format", "csv"}).error().message, "--format is given twice");
    EXPECT_EQ(parse({"config", "example", "x"}).error().message,
              "postern config example takes no \"x\"; try: postern config example --help");
    EXPECT_EQ(parse({"\x1b[31m"}).error().message.find('\x1b'), std::string::npos);
}

TEST(Help, of_a_group_lists_its_commands_and_of_none_is_empty) {
    const std::string text = group_help("firewall", false);
    for (const char* wanted : {"firewall show", "firewall apply", "firewall export"})
        EXPECT_NE(text.find(wanted), std::string::npos) << wanted;
    EXPECT_EQ(text.find("  lists"), std::string::npos);
    EXPECT_EQ(group_help("fire", false), "");
    EXPECT_EQ(group_help("lists", false), "");  // a command, no group
    EXPECT_TRUE(parse({"lists", "-h"})->wants_help());
}

TEST(Help, shows_every_option_and_example_of_a_command) {
    for (const Command& command : commands()) {
        const std::string text = help(command, false);
        for (const auto group : command.options)
            for (const Option& option : group)
                EXPECT_NE(text.find(option.name), std::string::npos) << command.path << ' ' << option.name;
        for (const Example& example : command.examples) EXPECT_NE(text.find(example.line), std::string::npos);
        EXPECT_EQ(text.find('\x1b'), std::string::npos);
        std::string in_troff;  // hyphens are escaped
        for (const char c : command.path) in_troff += c == '-' ? "\\-" : std::string(1, c);
        if (!command.hidden) EXPECT_NE(man_page().find("postern " + in_troff), std::string::npos) << in_troff;
    }
}

TEST(Completion, offers_commands_options_and_choices) {
    const std::string text = bash_completion();
    for (const char* expected :
         {"lists", "--resolver", "text json jsonl csv html", "open", "complete -o default -F _postern postern"})
        EXPECT_NE(text.find(expected), std::string::npos) << expected;
    EXPECT_EQ(text.find("generate"), std::string::npos);
    EXPECT_TRUE(zsh_completion().starts_with("#compdef postern\n"));
}

}  // namespace
}  // namespace postern::app
