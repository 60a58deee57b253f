// SPDX-License-Identifier: Apache-2.0
// Two listings of our table as nft prints it (`nft -s -t list table inet postern`), compared line by line.
//
// The expected listing is what the kernel itself prints when nothing but our rules is loaded (into an empty network namespace):
// whatever a version of nft makes of an expression, it makes of both. What a rollback left behind (chains of a generation that is
// neither confirmed nor on trial) hurts nobody and is not compared.
#pragma once

#include "egress/render_nft.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::egress {

struct Difference {
    enum class Kind : std::uint8_t { missing, foreign, moved } kind = Kind::missing;
    std::string where;  ///< "chain forward_5f2c81d0"
    std::string line;
};

inline constexpr std::size_t max_differences = 50;

[[nodiscard]] std::vector<Difference> compare_listings(std::string_view expected, std::string_view live,
                                                       const LiveTable& table);
/// For a terminal, as diff writes it: "-" is wanted and absent, "+" is there and not wanted.
[[nodiscard]] std::string to_string(const Difference& difference);

}  // namespace postern::egress
