// SPDX-License-Identifier: Apache-2.0
// A refusal that an SMTP client is to see: class, enhanced status code (RFC 3463), one line of text.
//
// A fault of ours is always temporary. A permanent refusal can only be made with the name of the rule that wants it, so that no
// error path ends in one by accident. The text is cleaned when it becomes a refusal, not when it is sent: one line, printable ASCII.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

class SmtpRefusal {
public:
    static constexpr std::size_t max_text =
        400;  ///< with code and line end within the 512 octets of RFC 5321 4.5.3.1.5

    /// "451 4.7.1 TEXT"; `enhanced` begins with "4.".
    [[nodiscard]] static SmtpRefusal temporary(std::string_view text, std::uint16_t code = 451,
                                               std::string_view enhanced = "4.7.1");
    /// "550 5.7.1 TEXT"; `rule` is the stable code of the rule that refuses ("m6.relay.denied") and must not be empty: an empty one
    /// makes it temporary. `enhanced` begins with "5.".
    [[nodiscard]] static SmtpRefusal permanent(std::string_view rule, std::string_view text, std::uint16_t code = 550,
                                               std::string_view enhanced = "5.7.1");

    [[nodiscard]] bool is_permanent() const { return line_[0] == '5'; }
    /// "550 5.7.1 TEXT", without line end.
    [[nodiscard]] const std::string& line() const { return line_; }

private:
    SmtpRefusal(std::uint16_t code, std::string_view enhanced, std::string_view text);

    std::string line_;
};

}  // namespace postern::wire
