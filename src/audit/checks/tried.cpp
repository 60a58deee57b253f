// SPDX-License-Identifier: Apache-2.0
#include "audit/checks/tried.hpp"

#include <fmt/format.h>

namespace postern::audit {

std::string how_to_try(const Evidence& evidence) {
    const Active& active = evidence.active;
    if (!active.asked) return "try it with --intrusive, from outside or with --vantage; postern audit --help says what that does";
    if (!active.refused.empty()) return active.refused;
    return left_out(evidence).empty() ? "this test was not made; --only or --skip left it out, or an option that it needs is missing"
                                      : left_out(evidence);
}

std::vector<const Conversation*> talks(const Evidence& evidence, std::string_view purpose) {
    std::vector<const Conversation*> out;
    for (const Conversation& talk : evidence.active.conversations)
        if (talk.purpose == purpose || (purpose.ends_with('/') && talk.purpose.starts_with(purpose))) out.push_back(&talk);
    return out;
}

std::string place_of(const Conversation& talk) { return fmt::format("{} port {}", talk.server.to_string(), talk.port); }

std::string left_out(const Evidence& evidence) { return fmt::format("{}", fmt::join(evidence.active.stopped, "; ")); }

}  // namespace postern::audit
