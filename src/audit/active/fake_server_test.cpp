// SPDX-License-Identifier: Apache-2.0
#include "audit/active/fake_server.hpp"

#include <fmt/format.h>

namespace postern::audit::test {

Conversation play(const Script& script, const Server& server, Memory& memory) {
    Conversation talk{.purpose = script.purpose, .server = script.server, .port = script.port, .token = script.token};
    ++memory.connections;
    memory.errors_here = 0;
    const auto say = [&](const std::string& label, const std::string& line) {
        const Reply reply = server(line, memory);
        if (reply.code >= 400) {
            ++memory.errors;
            ++memory.errors_here;
        }
        talk.turns.push_back({.label = label, .said = line, .code = reply.code, .text = reply.text});
        if (reply.code == 0) talk.fault_code = "net.closed";
        if (reply.code == 421) talk.fault_code = "smtp.421";
        if (!talk.fault_code.empty()) talk.fault = "it ended: " + reply.text;
        return talk.fault_code.empty();
    };
    if (const Reply hello = server("(connect)", memory); hello.code / 100 != 2) {
        talk.fault_code = hello.code == 421 ? "smtp.421" : "smtp.greeting";
        talk.fault = fmt::format("it greets with {} {}", hello.code, hello.text);
        return talk;
    }
    std::vector<bool> done(script.lines.size(), false);
    for (std::size_t at = 0; at < script.lines.size(); ++at) {
        const Line& line = script.lines[at];
        if (line.after != Line::always && !done[static_cast<std::size_t>(line.after)]) {
            talk.turns.push_back({.label = line.label, .unsaid = true});
            continue;
        }
        const bool message = line.kind == Line::Kind::message || line.kind == Line::Kind::raw;
        if (!say(line.label, message ? "." : line.octets)) break;
        done[at] = talk.turns.back().accepted();
    }
    return talk;
}

}  // namespace postern::audit::test
