// SPDX-License-Identifier: Apache-2.0
#include "app/cli/shared_options.hpp"

#include "base/instant.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace postern::app {

std::unexpected<Error> bad_option(std::string_view option, std::string_view value, std::string_view why) {
    return fail("usage", fmt::format("{} \"{}\": {}", option, printable(value, 256), why));
}

Result<std::string> read_file(std::string_view option, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) return bad_option(option, path, "cannot be read");
    return text.str();
}

Result<Config> read_config(const Invocation& invocation) {
    const auto path = invocation.value("--config");
    return load_config(path.value_or(default_config_path), path.has_value());
}

std::string data_directory(const Invocation& invocation, const Config& config) {
    if (const auto given = invocation.value("--data-dir")) return *given;
    if (const char* given = std::getenv("POSTERN_DATA_DIR"); given != nullptr && *given != '\0') return given;
    if (!config.data_dir.empty()) return config.data_dir;
    if (geteuid() == 0) return "/var/lib/postern";
    if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0')
        return std::string(state) + "/postern";
    const char* home = std::getenv("HOME");
    return home == nullptr || *home == '\0' ? std::string{} : std::string(home) + "/.local/state/postern";
}

Result<net::ResolverOptions> read_resolver_options(const Invocation& invocation, const Config& config) {
    net::ResolverOptions options = config.dns;
    if (invocation.has("--resolver")) options.servers.clear();
    for (const std::string& text : invocation.values("--resolver")) {
        const auto server = net::Endpoint::parse(text, 53);
        if (!server) return bad_option("--resolver", text, server.error().message);
        options.servers.push_back(*server);
    }
    for (const std::string& text : invocation.values("--stub")) {
        const auto stub = net::parse_stub(text);
        if (!stub) return bad_option("--stub", text, stub.error().message);
        options.stubs.push_back(*stub);
    }
    for (const char* option : {"--root-hints", "--trust-anchor"}) {
        const auto path = invocation.value(option);
        if (path && access(path->c_str(), R_OK) != 0) return bad_option(option, *path, "cannot be read");
    }
    options.root_hints = invocation.value("--root-hints").value_or(options.root_hints);
    options.trust_anchor = invocation.value("--trust-anchor").value_or(options.trust_anchor);
    return options;
}

Result<std::chrono::milliseconds> read_timeout(const Invocation& invocation, std::chrono::milliseconds otherwise) {
    const auto text = invocation.value("--timeout");
    if (!text) return otherwise;
    const auto length = parse_duration(*text);
    if (!length || *length < std::chrono::milliseconds(100) || *length > std::chrono::minutes(2))
        return bad_option("--timeout", *text,
                          length ? "is from 100 milliseconds to 2 minutes" : length.error().message);
    return *length;
}

Exit refuse(const std::string& sentence) {
    std::fprintf(stderr, "postern: %s\n", sentence.c_str());
    return Exit::usage;
}

}  // namespace postern::app
