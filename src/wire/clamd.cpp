// SPDX-License-Identifier: Apache-2.0
#include "wire/clamd.hpp"

#include <cstdint>

namespace postern::wire {

std::string clamd_piece(std::string_view octets) {
    const auto size = static_cast<std::uint32_t>(octets.size());
    std::string out{static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                    static_cast<char>(size)};
    return out.append(octets);
}

ScanVerdict read_clamd_answer(std::string_view answer) {
    while (answer.ends_with('\n') || answer.ends_with('\0')) answer.remove_suffix(1);
    if (answer.size() >= max_clamd_answer)
        return ScanVerdict::unscannable("scan.error", "the scanner's answer is too long");
    if (answer == "stream: OK" || (answer.starts_with("fd[") && answer.ends_with("]: OK"))) return ScanVerdict::clean();
    constexpr std::string_view found = " FOUND", error = " ERROR";
    const auto colon = answer.find(": ");
    if (answer.ends_with(found) && colon != answer.npos && colon + 2 + found.size() < answer.size()) {
        const std::string_view name = answer.substr(colon + 2, answer.size() - colon - 2 - found.size());
        if (name.starts_with("Heuristics.Encrypted"))
            return ScanVerdict::unscannable("scan.encrypted", "the scanner cannot see into something that is locked");
        if (name.starts_with("Heuristics.Limits.Exceeded"))
            return ScanVerdict::unscannable("scan.limits",
                                            "the scanner gave up at one of its limits: " + std::string(name));
        return ScanVerdict::infected(std::string(name));
    }
    if (answer.ends_with(error)) {
        if (answer.contains("size limit exceeded"))
            return ScanVerdict::unscannable("scan.too_large", "the message is larger than the scanner takes");
        return ScanVerdict::unscannable("scan.error", "the scanner says: " + std::string(answer));
    }
    if (answer.empty()) return ScanVerdict::unscannable("scan.no_answer", "the scanner gave no answer");
    return ScanVerdict::unscannable("scan.error",
                                    "the scanner's answer is none: " + std::string(answer.substr(0, 200)));
}

}  // namespace postern::wire
