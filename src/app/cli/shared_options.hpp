// SPDX-License-Identifier: Apache-2.0
// Options that several commands share, read and checked once: configuration, resolver, time-out, files.
#pragma once

#include "app/cli/command.hpp"
#include "app/config/config.hpp"
#include "net/resolver.hpp"

#include <chrono>

namespace postern::app {

/// `--resolver "x": not an address`. Errors: usage.
[[nodiscard]] std::unexpected<Error> bad_option(std::string_view option, std::string_view value, std::string_view why);

/// The whole file. Errors: usage, naming the option.
[[nodiscard]] Result<std::string> read_file(std::string_view option, const std::string& path);

/// --config, or the default file if it is there.
[[nodiscard]] Result<Config> read_config(const Invocation& invocation);

/// --data-dir, POSTERN_DATA_DIR, the configuration's, /var/lib/postern for root, else the user's state directory; "" if there is none.
[[nodiscard]] std::string data_directory(const Invocation& invocation, const Config& config);

/// --resolver, --stub, --root-hints, --trust-anchor over what the configuration says. Errors: usage.
[[nodiscard]] Result<net::ResolverOptions> read_resolver_options(const Invocation& invocation, const Config& config);

/// --timeout. Errors: usage.
[[nodiscard]] Result<std::chrono::milliseconds> read_timeout(const Invocation& invocation,
                                                             std::chrono::milliseconds otherwise);

/// "postern: SENTENCE" on standard error.
Exit refuse(const std::string& sentence);

}  // namespace postern::app
