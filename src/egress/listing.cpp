// SPDX-License-Identifier: Apache-2.0
#include "egress/listing.hpp"

#include "base/contains.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace postern::egress {
namespace {

using Lines = std::vector<std::string>;
using Blocks = std::map<std::string, Lines>;

std::string_view trimmed(std::string_view line) {
    const auto first = line.find_first_not_of(" \t");
    if (first == line.npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// Blocks one level below the table; what stands in the table itself (its flags) is the block "table".
Blocks read_blocks(std::string_view text) {
    Blocks out;
    std::string block;
    int depth = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (line.empty() || line.front() == '#') continue;
        // An anonymous set over several lines opens no block: only a brace at the end of a header does.
        const bool opens = line.ends_with('{') && depth < 2, closes = line == "}";
        if (opens && depth == 1) {
            block = trimmed(line.substr(0, line.size() - 1));
            out[block];
        } else if (!opens && !closes) out[depth < 2 ? "table" : block].emplace_back(line);
        depth += opens ? 1 : closes ? -1 : 0;
    }
    return out;
}

bool left_behind(std::string_view block, const Lines& lines, const LiveTable& table) {
    if (!block.starts_with("chain ")) return block == "map trial_divert";
    block.remove_prefix(6);
    // The trap's base chain stays behind a trial that nobody confirmed, empty but for the look at what is on trial.
    if (block == "divert")
        return std::ranges::none_of(lines, [](const std::string& line) {
            return !line.starts_with("type ") && !line.contains("vmap @trial_divert");
        });
    const auto generation = block.substr(std::min(block.size(), block.find('_') + 1));
    return contains(table.generations, generation) && generation != table.confirmed && generation != table.trial;
}

void compare(const std::string& block, const Lines& expected, const Lines& live, std::vector<Difference>& out) {
    using enum Difference::Kind;
    const auto before = out.size();
    for (const std::string& line : expected)
        if (!contains(live, line)) out.push_back({missing, block, line});
    for (const std::string& line : live)
        if (!contains(expected, line)) out.push_back({foreign, block, line});
    if (out.size() == before && expected != live)
        out.push_back({moved, block, "the same lines in another order or number"});
}

}  // namespace

std::vector<Difference> compare_listings(std::string_view expected, std::string_view live, const LiveTable& table) {
    const Blocks wanted = read_blocks(expected);
    Blocks seen = read_blocks(live);
    std::vector<Difference> out;
    for (const auto& [block, lines] : wanted) {
        if (const auto found = seen.find(block); found != seen.end()) {
            compare(block, lines, found->second, out);
            seen.erase(found);
        } else out.push_back({Difference::Kind::missing, block, "the whole of it"});
    }
    for (const auto& [block, lines] : seen)
        if (!left_behind(block, lines, table))
            out.push_back({Difference::Kind::foreign, block, fmt::format("{} lines", lines.size())});
    if (out.size() > max_differences) out.resize(max_differences);
    return out;
}

std::string to_string(const Difference& difference) {
    const char* sign = difference.kind == Difference::Kind::missing   ? "-"
                       : difference.kind == Difference::Kind::foreign ? "+"
                                                                      : "!";
    return fmt::format("{} {}: {}", sign, printable(difference.where), printable(difference.line));
}

}  // namespace postern::egress
