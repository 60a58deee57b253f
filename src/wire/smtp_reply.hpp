// SPDX-License-Identifier: Apache-2.0
// SMTP replies (RFC 5321 4.2): read whole before anybody judges them, however the octets are cut.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct SmtpReply {
    int code = 0;
    std::vector<std::string> lines;  ///< texts behind the code, raw
};

class SmtpReplyReader {
public:
    static constexpr std::size_t max_line = 2'048;  ///< RFC 5321 4.5.3.1.5 says 512; servers exceed it
    static constexpr std::size_t max_lines = 100;

    /// Takes octets in any cut; nothing: more are needed. What follows the reply stays for the next call with "".
    /// Errors: smtp.reply.line_too_long, smtp.reply.too_many_lines, smtp.reply.malformed.
    [[nodiscard]] Result<std::optional<SmtpReply>> take(std::string_view octets);
    /// Octets read ahead of the reply: at STARTTLS there must be none.
    [[nodiscard]] std::size_t left() const { return pending_.size(); }

private:
    std::string pending_;
    SmtpReply reply_;
};

}  // namespace postern::wire
