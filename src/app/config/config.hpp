// SPDX-License-Identifier: Apache-2.0
// postern.toml: one table of settings, from which come its parsing, its checks and the commented example.
#pragma once

#include "net/resolver.hpp"

#include <chrono>
#include <map>
#include <set>

namespace postern::app {

struct Config {
    net::ResolverOptions dns;
    std::chrono::milliseconds timeout{5'000};
    bool commercial_use = false;
    std::set<std::string, std::less<>> registered;
    std::map<std::string, std::string, std::less<>> keys;  ///< secrets: never printed
    std::string data_dir;
};

inline constexpr const char* default_config_path = "/etc/postern/postern.toml";

/// Errors: file, line, column, what is wrong and the nearest setting.
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::string& source);

/// The file at `path`; the default path may be absent. Errors: config.unreadable and those of parse_config.
[[nodiscard]] Result<Config> load_config(const std::string& path, bool must_exist);

/// A commented file that says the defaults and parses back to them.
[[nodiscard]] std::string example_config();

}  // namespace postern::app
