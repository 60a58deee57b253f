// SPDX-License-Identifier: Apache-2.0
// For tests of plans: a server as a function from lines to replies, and a speaker that plays scripts to it without a socket.
#pragma once

#include "audit/active/plan.hpp"

#include <functional>
#include <string>

namespace postern::audit::test {

struct Reply {
    int code = 250;
    std::string text;
};

/// What a server remembers of us, over all connections and within one.
struct Memory {
    int errors = 0, errors_here = 0, connections = 0;
};
/// `line`: a command, or "." for the end of a message. Code 0: it hangs up without a word.
using Server = std::function<Reply(const std::string& line, Memory& memory)>;

[[nodiscard]] Conversation play(const Script& script, const Server& server, Memory& memory);

/// The whole plan of a run or an ActivePlan against the server; at most 200 conversations.
template <class Plan>
[[nodiscard]] Active play_all(Plan& plan, const Server& server) {
    Active out{.asked = true};
    out.conversations.reserve(200);
    Memory memory;
    const Conversation* last = nullptr;
    while (out.conversations.size() < 200) {
        auto script = plan.next(last);
        if (!script) break;
        out.conversations.push_back(play(*script, server, memory));
        last = &out.conversations.back();
    }
    return out;
}

}  // namespace postern::audit::test
