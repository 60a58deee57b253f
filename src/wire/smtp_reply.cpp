// SPDX-License-Identifier: Apache-2.0
#include "wire/smtp_reply.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace postern::wire {

Result<std::optional<SmtpReply>> SmtpReplyReader::take(std::string_view octets) {
    pending_ += octets;
    for (;;) {
        const auto end = pending_.find('\n');
        if (std::min(end, pending_.size()) > max_line)
            return fail("smtp.reply.line_too_long",
                        fmt::format("a line of the reply is longer than {} octets", max_line));
        if (end == pending_.npos) return std::nullopt;
        std::string line = pending_.substr(0, end);
        pending_.erase(0, end + 1);
        if (line.ends_with('\r')) line.pop_back();
        const bool digits =
            line.size() >= 3 && std::ranges::all_of(line.substr(0, 3), [](char c) { return c >= '0' && c <= '9'; });
        const char mark = line.size() > 3 ? line[3] : ' ';
        if (!digits || (mark != ' ' && mark != '-'))
            return fail("smtp.reply.malformed", fmt::format("\"{}\" is no reply", printable(line, 80)));
        if (reply_.lines.size() == max_lines)
            return fail("smtp.reply.too_many_lines", fmt::format("the reply has more than {} lines", max_lines));
        reply_.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
        reply_.lines.push_back(line.size() > 4 ? line.substr(4) : std::string());
        if (mark == ' ') return std::exchange(reply_, {});
    }
}

}  // namespace postern::wire
