// SPDX-License-Identifier: Apache-2.0
#include "wire/zip_names.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

namespace postern::wire {
namespace {

constexpr std::string_view member_mark("PK\x03\x04", 4), directory_mark("PK\x01\x02", 4), end_mark("PK\x05\x06", 4);

/// Little-endian number at `at`, or nothing past the end.
template <int octets>
std::optional<std::uint32_t> number(std::string_view text, std::size_t at) {
    if (at > text.size() || text.size() - at < octets) return std::nullopt;
    std::uint32_t value = 0;
    for (int i = octets - 1; i >= 0; --i)
        value = (value << 8) | static_cast<std::uint8_t>(text[at + static_cast<std::size_t>(i)]);
    return value;
}

using Names = std::set<std::string>;

/// From the end: the directory that the end record points at.
Names from_directory(std::string_view octets, ZipNames& out) {
    Names names;
    constexpr std::size_t longest_comment = 65'535 + 22;
    const auto tail = octets.size() > longest_comment ? octets.size() - longest_comment : 0;
    const auto end = octets.rfind(end_mark);
    constexpr std::size_t end_size = 22;
    if (end == octets.npos || end < tail || octets.size() - end < end_size) {
        out.cut = true;
        return names;
    }
    const auto offset = number<4>(octets, end + 16);
    std::size_t at = offset ? *offset : octets.size();
    while (at < octets.size() && octets.substr(at, 4) == directory_mark) {
        const auto flags = number<2>(octets, at + 8), name = number<2>(octets, at + 28),
                   extra = number<2>(octets, at + 30), comment = number<2>(octets, at + 32);
        if (!comment || names.size() >= ZipNames::max_members) {
            out.cut = true;
            return names;
        }
        if ((*flags & 1) != 0) out.encrypted = true;
        names.emplace(octets.substr(std::min(at + 46, octets.size()), *name));
        at += 46 + *name + *extra + *comment;
    }
    return names;
}

/// From the front: member behind member, as a program reads that cannot seek.
Names from_members(std::string_view octets, ZipNames& out, bool& streamed) {
    Names names;
    for (std::size_t at = octets.find(member_mark); at != octets.npos && names.size() < ZipNames::max_members;) {
        const auto flags = number<2>(octets, at + 6), packed = number<4>(octets, at + 18),
                   name = number<2>(octets, at + 26), extra = number<2>(octets, at + 28);
        if (!extra) break;
        if ((*flags & 1) != 0) out.encrypted = true;
        names.emplace(octets.substr(std::min(at + 30, octets.size()), *name));
        const std::size_t data = at + 30 + *name + *extra;
        // Bit 3: the size stands behind the data, so the next mark is searched.
        streamed = streamed || (*flags & 8) != 0;
        const std::size_t next = (*flags & 8) != 0 && *packed == 0 ? data : data + *packed;
        if (next > octets.size()) break;
        at = (*flags & 8) != 0                       ? octets.find(member_mark, next)
             : octets.substr(next, 4) == member_mark ? next
                                                     : octets.npos;
    }
    return names;
}

}  // namespace

std::optional<ZipNames> read_zip_names(std::string_view octets) {
    if (!octets.starts_with("PK\x03\x04") && !octets.starts_with("PK\x05\x06")) return std::nullopt;
    ZipNames out;
    bool streamed = false;
    const Names directory = from_directory(octets, out), members = from_members(octets, out, streamed);
    // Where marks had to be searched, those of a zip within the zip were found too.
    out.disagrees = streamed ? !std::ranges::includes(members, directory) : directory != members;
    Names all = directory;
    all.insert(members.begin(), members.end());
    out.names.assign(all.begin(), all.end());
    return out;
}

}  // namespace postern::wire
