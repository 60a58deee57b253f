// SPDX-License-Identifier: Apache-2.0
// Postfix's settings: main.cf or `postconf` output, and the services of master.cf or `postconf -M`.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::evidence {

struct PostfixService {
    std::string name;                                           ///< "smtp", "submission", "127.0.0.1:10025"
    std::string type;                                           ///< "inet", "unix", "pass"
    std::string program;                                        ///< "smtpd"
    std::map<std::string, std::string, std::less<>> overrides;  ///< -o name=value
};

struct PostfixConfig {
    std::map<std::string, std::string, std::less<>> parameters;  ///< $names expanded where they are known
    std::vector<PostfixService> services;
    std::string version;  ///< "3.7.11"; empty: unknown

    [[nodiscard]] bool present() const { return !parameters.empty(); }
    /// The value, or `otherwise` where the setting is not given.
    [[nodiscard]] std::string get(std::string_view name, std::string_view otherwise = {}) const;
    /// As a service of master.cf sees it.
    [[nodiscard]] std::string get(const PostfixService& service, std::string_view name,
                                  std::string_view otherwise = {}) const;
    /// The smtpd services that listen on the network, submission ones included.
    [[nodiscard]] std::vector<const PostfixService*> smtp_servers() const;
};

/// `main` is main.cf or the output of postconf, `master` master.cf or that of postconf -M; either may be empty.
[[nodiscard]] PostfixConfig read_postfix_config(std::string_view main, std::string_view master);

/// Words of a list setting: separated by commas and blanks, braces kept together.
[[nodiscard]] std::vector<std::string> setting_words(std::string_view value);

}  // namespace postern::evidence
