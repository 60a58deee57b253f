// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

namespace {

using namespace postern::app;

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

bool asks_for_help(std::string_view word) { return word == "--help" || word == "-h"; }

Exit run(std::vector<std::string_view> arguments) {
    const bool bold = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    if (!arguments.empty() && arguments.front() == "help") {  // "help firewall apply" is "firewall apply --help"
        arguments.erase(arguments.begin());
        arguments.emplace_back("--help");
    }
    if (arguments.empty() || asks_for_help(arguments.front())) {
        print(general_help(bold));
        return arguments.empty() ? Exit::usage : Exit::well;
    }
    if (arguments.front() == "--version") {
        print(std::string("postern ") + std::string(version) + "\n");
        return Exit::well;
    }
    const auto invocation = Invocation::parse(arguments);
    if (!invocation) {
        const std::string group = asks_for_help(arguments.back()) ? group_help(arguments.front(), bold) : "";
        if (arguments.size() == 2 && !group.empty()) {
            print(group);
            return Exit::well;
        }
        std::fprintf(stderr, "postern: %s\n", invocation.error().message.c_str());
        return Exit::usage;
    }
    if (invocation->wants_help()) {
        print(help(invocation->command(), bold));
        return Exit::well;
    }
    return invocation->command().run(*invocation);
}

}  // namespace

int main(int count, char** values) {
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, and ends the output quietly
    const std::vector<std::string_view> arguments(values + 1, values + count);
    try {
        const Exit code = run(arguments);
        std::fflush(stdout);
        return static_cast<int>(code);
    } catch (const std::exception& fault) {
        // A fault of ours or no memory: nothing was judged.
        std::fprintf(stderr, "postern: internal fault: %s\n", fault.what());
        return static_cast<int>(Exit::undetermined);
    }
}
