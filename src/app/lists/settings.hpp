// SPDX-License-Identifier: Apache-2.0
// What a run of `lists` was told: its options, checked, each fault with the argument's name.
#pragma once

#include "app/cli/shared_options.hpp"
#include "net/resolver.hpp"
#include "reputation/selection.hpp"

namespace postern::app {

struct ListsSettings {
    reputation::Catalogue catalogue;
    reputation::Wishes wishes;
    std::vector<reputation::List> own;  ///< from --zones-file
    bool public_lists = true;           ///< lists of the catalogue are asked
    bool own_dns = false;  ///< resolver, root or stubs were given: no public operator need be behind a question
    net::ResolverOptions resolver;
    std::chrono::milliseconds timeout{5'000};
    std::string format = "text";
    bool quiet = false;
    std::string data_dir;

    /// Public lists, or own ones that are asked for over the public DNS: bounded.
    [[nodiscard]] bool bounded() const { return public_lists || !own_dns; }
};

/// Errors: a sentence that names the option or file.
[[nodiscard]] Result<ListsSettings> read_lists_settings(const Invocation& invocation);

}  // namespace postern::app
