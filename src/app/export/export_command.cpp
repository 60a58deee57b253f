// SPDX-License-Identifier: Apache-2.0
#include "app/export/export_command.hpp"

#include "app/cli/shared_options.hpp"

#include <cstdio>

namespace postern::app {

std::string_view builtin_exchange_script();

Exit run_export_exchange_script(const Invocation& invocation) {
    if (!invocation.words().empty()) return refuse("export exchange-script takes nothing");
    const std::string_view script = builtin_exchange_script();
    std::fwrite(script.data(), 1, script.size(), stdout);
    return Exit::well;
}

}  // namespace postern::app
