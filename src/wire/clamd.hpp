// SPDX-License-Identifier: Apache-2.0
// clamd's protocol (clamd(8), COMMANDS): the requests of a scanner's client, and what its answer means.
//
//     "zINSTREAM\0" then pieces, each behind its length as four octets in network order, then four zeros
//     "zFILDES\0" then a descriptor beside one octet (unix sockets only)
//     "stream: OK\0"   "stream: Eicar-Test-Signature FOUND\0"   "INSTREAM size limit exceeded. ERROR\0"
//
// The answer is hostile input: the scanner has just parsed a hostile file. Only an exact OK is clean; an answer that is none, too long
// or cut is unscannable, and so are finds that say no more than "I could not look" (encrypted, limits exceeded).
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace postern::wire {

struct ScanVerdict {
    enum class Kind : std::uint8_t { clean, infected, unscannable };

    Kind kind = Kind::unscannable;
    std::string name;  ///< of the find: "Eicar-Test-Signature"; raw
    std::string_view
        code;  ///< of what was not scanned: "scan.too_large", "scan.encrypted", "scan.limits", "scan.no_answer", "scan.error"
    std::string sentence;  ///< why; raw

    [[nodiscard]] static ScanVerdict clean() { return {Kind::clean, {}, {}, {}}; }
    [[nodiscard]] static ScanVerdict infected(std::string name) { return {Kind::infected, std::move(name), {}, {}}; }
    [[nodiscard]] static ScanVerdict unscannable(std::string_view code, std::string sentence) {
        return {Kind::unscannable, {}, code, std::move(sentence)};
    }
    friend bool operator==(const ScanVerdict&, const ScanVerdict&) = default;
};

inline constexpr std::size_t max_clamd_answer = 4'096;

inline constexpr std::string_view clamd_instream("zINSTREAM\0", 10), clamd_fildes("zFILDES\0", 8),
    clamd_ping("zPING\0", 6), clamd_version("zVERSION\0", 9);

/// A piece of a stream, at most 2^32 - 1 octets, behind its length; an empty one ends the stream.
[[nodiscard]] std::string clamd_piece(std::string_view octets);

/// `answer` without its closing zero.
[[nodiscard]] ScanVerdict read_clamd_answer(std::string_view answer);

}  // namespace postern::wire
