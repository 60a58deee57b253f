// SPDX-License-Identifier: Apache-2.0
// A whole conversation with a hostile MTA. The first octet says how deep it begins, the second how the door answers, the third how the
// octets are cut. What must hold: no crash, no reply beyond those due, nothing of a message behind its end, cuts change nothing.
#include "wire/milter_server.hpp"
#include "wire/milter_talk.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace postern::wire;
using Kind = MilterEvent::Kind;

struct Outcome {
    std::string said, seen;
    bool fault = false;
};

void answer(MilterServer& server, Kind kind, std::uint8_t mood) {
    if (kind != Kind::sender && kind != Kind::recipient && kind != Kind::message) return;
    if ((mood & 1) != 0 && kind == Kind::sender) return server.refuse(SmtpRefusal::permanent("fuzz", "no"));
    if ((mood & 2) != 0 && kind == Kind::recipient) return server.refuse(SmtpRefusal::temporary("later"));
    if (kind != Kind::message) return server.proceed();
    MilterChanges changes;
    if ((mood & 4) != 0) changes.quarantine = "held";
    if ((mood & 8) != 0) changes.headers.push_back({MilterHeaderChange::Kind::insert, 1, "X-A", "b"});
    (void)server.finish(changes);  // an MTA that grants nothing gets a refusal instead
    if (server.in_message() || !server.envelope().sender.empty() || !server.envelope().recipients.empty()) std::abort();
}

Outcome converse(std::string_view octets, std::size_t step, std::uint8_t mood) {
    MilterServer server({.body = (mood & 16) == 0,
                         .sender_answer = (mood & 32) != 0,
                         .actions = MilterAction::quarantine | MilterAction::add_header});
    Outcome out;
    while (!octets.empty() && !out.fault) {
        std::string_view piece = octets.substr(0, step);
        octets.remove_prefix(piece.size());
        for (;;) {
            const auto event = server.next(piece);
            if (!event) {
                out.fault = true;
                break;
            }
            if (event->kind == Kind::more) break;
            out.seen += std::to_string(static_cast<int>(event->kind)) + std::string(event->first) +
                        std::string(event->second) + ";";
            if (event->kind == Kind::forgotten && server.envelope().recipients.size() > 0) std::abort();
            answer(server, event->kind, mood);
        }
    }
    out.said = server.take_output();
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    namespace talk = milter_talk;
    std::string octets;
    const std::uint8_t depth = data[0] % 6;
    if (depth > 0)
        octets +=
            talk::offer(6, (data[0] & 64) != 0 ? 0 : talk::all_actions, (data[0] & 128) != 0 ? 0 : talk::all_steps);
    if (depth > 1) octets += talk::connect() + talk::helo();
    if (depth > 2) octets += talk::mail();
    if (depth > 3) octets += talk::rcpt();
    if (depth > 4) octets += talk::headers();
    octets.append(reinterpret_cast<const char*>(data) + 3, size - 3);
    const Outcome whole = converse(octets, octets.size(), data[1]);
    const Outcome cut = converse(octets, data[2] % 32U + 1, data[1]);
    if (whole.said != cut.said || whole.seen != cut.seen || whole.fault != cut.fault) std::abort();
    return 0;
}
