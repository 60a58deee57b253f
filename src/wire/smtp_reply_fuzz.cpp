// SPDX-License-Identifier: Apache-2.0
// Octets of a hostile server, in cuts of the length that the first octet says: equal to the whole.
#include "wire/smtp_reply.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using postern::wire::SmtpReplyReader;
    if (size == 0) return 0;
    std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t cut = data[0] % 16U + 1;
    SmtpReplyReader whole, pieces;
    const auto expected = whole.take(text);
    for (;;) {
        const auto reply = pieces.take(text.substr(0, cut));
        text.remove_prefix(std::min(cut, text.size()));
        if (!reply) {
            if (expected) __builtin_trap();
            return 0;
        }
        if (*reply) {
            if (!expected || !*expected || (*reply)->lines != (**expected).lines) __builtin_trap();
            return 0;
        }
        if (text.empty()) break;
    }
    if (!expected || *expected) __builtin_trap();
    return 0;
}
