// SPDX-License-Identifier: Apache-2.0
#include "app/config/config_command.hpp"

#include "app/config/config.hpp"

#include <cstdio>

namespace postern::app {

Exit run_config_check(const Invocation& invocation) {
    const std::string path = invocation.words().empty() ? default_config_path : invocation.words().front();
    const auto config = load_config(path, true);
    if (!config) {
        std::fprintf(stderr, "postern: %s\n", config.error().message.c_str());
        return Exit::usage;
    }
    std::printf("%s: good\n", path.c_str());
    return Exit::well;
}

Exit run_config_example(const Invocation&) {
    std::fputs(example_config().c_str(), stdout);
    return Exit::well;
}

Exit run_generate(const Invocation& invocation) {
    const std::string what = invocation.words().empty() ? "" : invocation.words().front();
    if (what != "man" && what != "bash" && what != "zsh") {
        std::fputs("postern: generate man, bash or zsh\n", stderr);
        return Exit::usage;
    }
    std::fputs((what == "man" ? man_page() : what == "bash" ? bash_completion() : zsh_completion()).c_str(), stdout);
    return Exit::well;
}

}  // namespace postern::app
