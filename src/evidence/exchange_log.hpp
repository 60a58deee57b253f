// SPDX-License-Identifier: Apache-2.0
// Exchange's message tracking log: CSV whose columns a "#Fields:" line names.
#pragma once

#include "evidence/mail_event.hpp"

#include <string>
#include <vector>

namespace postern::evidence {

class ExchangeLog {
public:
    static constexpr std::size_t max_columns = 200;

    /// A line of a file; the event borrows from this object until the next call.
    [[nodiscard]] std::optional<MailEvent> read(std::string_view line);
    /// A "#Fields:" line was seen: the lines are of this kind.
    [[nodiscard]] bool reading() const { return !columns_.empty(); }
    void end_of_file() { columns_.clear(); }

private:
    [[nodiscard]] std::string_view field(std::string_view name) const;

    std::vector<std::string> columns_, values_;
};

}  // namespace postern::evidence
