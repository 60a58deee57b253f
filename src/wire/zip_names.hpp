// SPDX-License-Identifier: Apache-2.0
// What a zip archive says it holds (APPNOTE 4.3): the names of its members, from its directory and from the members themselves.
//
// Some programs read the directory at the end, some the members from the front; an archive in which the two differ is made for
// getting one thing past a filter and another thing to a person. Nothing is unpacked here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct ZipNames {
    static constexpr std::size_t max_members = 10'000;

    std::vector<std::string> names;  ///< raw octets, none twice
    bool encrypted = false;          ///< at least one member is
    bool disagrees = false;          ///< directory and members name different things
    bool cut = false;                ///< more than max_members, or it ends early
};

/// Nothing: no zip archive.
[[nodiscard]] std::optional<ZipNames> read_zip_names(std::string_view octets);

}  // namespace postern::wire
