// SPDX-License-Identifier: Apache-2.0
#include "evidence/mail_log.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    std::string_view text(reinterpret_cast<const char*>(data), size);
    evidence::MailLog log(Instant(std::chrono::seconds(1'795'000'000)), std::chrono::minutes(60));
    while (!text.empty()) {
        const auto end = text.find('\n');
        log.read(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return 0;
}
