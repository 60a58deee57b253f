// SPDX-License-Identifier: Apache-2.0
#include "wire/smtp_refusal.hpp"

#include <fmt/format.h>

namespace postern::wire {

SmtpRefusal::SmtpRefusal(std::uint16_t code, std::string_view enhanced, std::string_view text)
    : line_(fmt::format("{} {} ", code, enhanced)) {
    for (const char octet : text.substr(0, max_text)) line_ += octet >= ' ' && octet <= '~' ? octet : '?';
}

SmtpRefusal SmtpRefusal::temporary(std::string_view text, std::uint16_t code, std::string_view enhanced) {
    const bool sound = code >= 400 && code <= 499 && enhanced.starts_with("4.");
    return sound ? SmtpRefusal(code, enhanced, text) : SmtpRefusal(451, "4.7.1", text);
}

SmtpRefusal SmtpRefusal::permanent(std::string_view rule, std::string_view text, std::uint16_t code,
                                   std::string_view enhanced) {
    if (rule.empty()) return temporary(text);
    const bool sound = code >= 500 && code <= 599 && enhanced.starts_with("5.");
    return sound ? SmtpRefusal(code, enhanced, text) : SmtpRefusal(550, "5.7.1", text);
}

}  // namespace postern::wire
