// SPDX-License-Identifier: Apache-2.0
#include "audit/active/archives.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace postern::audit {
namespace {

std::uint32_t crc32(std::string_view octets) {
    std::uint32_t sum = 0xffffffffU;
    for (const char c : octets) {
        sum ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1U) != 0 ? 0xedb88320U : 0U);
    }
    return ~sum;
}

/// Little-endian.
void put(std::string& out, std::uint32_t number, int octets) {
    for (int i = 0; i < octets; ++i) out += static_cast<char>((number >> (8 * i)) & 0xffU);
}

/// What local header and directory of a zip have in common, from "version needed" to "length of extra".
std::string zip_middle(std::string_view name, std::string_view octets) {
    std::string out;
    put(out, 10, 2);      // version needed
    put(out, 0, 2);       // flags
    put(out, 0, 2);       // stored
    put(out, 0, 2);       // time
    put(out, 0x5921, 2);  // 2024-09-01
    put(out, crc32(octets), 4);
    put(out, static_cast<std::uint32_t>(octets.size()), 4);
    put(out, static_cast<std::uint32_t>(octets.size()), 4);
    put(out, static_cast<std::uint32_t>(name.size()), 2);
    put(out, 0, 2);
    return out;
}

}  // namespace

std::string zip_of(std::string_view name, std::string_view octets) {
    const std::string middle = zip_middle(name, octets);
    std::string out = "PK\x03\x04" + middle;
    out += name;
    out += octets;
    const auto directory = static_cast<std::uint32_t>(out.size());
    out += "PK\x01\x02";
    put(out, 20, 2);  // made by
    out += middle;
    put(out, 0, 2);  // comment
    put(out, 0, 2);  // disk
    put(out, 0, 2);  // internal
    put(out, 0, 4);  // external
    put(out, 0, 4);  // offset
    out += name;
    const auto length = static_cast<std::uint32_t>(out.size()) - directory;
    out += "PK\x05\x06";
    put(out, 0, 4);
    put(out, 1, 2);
    put(out, 1, 2);
    put(out, length, 4);
    put(out, directory, 4);
    put(out, 0, 2);
    return out;
}

std::string gzip_of(std::string_view octets) {
    std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    out += '\x01';  // the last block, stored
    const auto length = static_cast<std::uint32_t>(octets.size());
    put(out, length, 2);
    put(out, ~length, 2);
    out += octets;
    put(out, crc32(octets), 4);
    put(out, length, 4);
    return out;
}

std::string tar_of(std::string_view name, std::string_view octets) {
    std::string head(512, '\0');
    head.replace(0, name.size(), name);
    head.replace(100, 7, "0000644");
    head.replace(108, 7, "0000000");
    head.replace(116, 7, "0000000");
    head.replace(124, 11, fmt::format("{:011o}", octets.size()));
    head.replace(136, 11, "14664570000");
    head.replace(148, 8, "        ");
    head[156] = '0';
    head.replace(257, 8,
                 std::string_view("ustar\0"
                                  "00",
                                  8));
    unsigned sum = 0;
    for (const char c : head) sum += static_cast<std::uint8_t>(c);
    head.replace(148, 7, fmt::format("{:06o}", sum) + '\0');
    std::string out = head + std::string(octets);
    out.append((512 - out.size() % 512) % 512 + 1024, '\0');
    return out;
}

}  // namespace postern::audit
