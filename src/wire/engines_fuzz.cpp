// SPDX-License-Identifier: Apache-2.0
// Answers of scanners: whatever comes, only an exact OK is clean.
#include "wire/clamd.hpp"
#include "wire/rspamd.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::wire;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const ScanVerdict verdict = read_clamd_answer(text);
    if (verdict.kind == ScanVerdict::Kind::clean && !text.contains(": OK")) std::abort();
    if (verdict.kind == ScanVerdict::Kind::unscannable && verdict.code.empty()) std::abort();
    if (const auto answer = read_rspamd_answer(text); answer && answer->symbols.size() > SpamVerdict::max_symbols)
        std::abort();
    return 0;
}
