// SPDX-License-Identifier: Apache-2.0
// The first octet says where the rest is cut; whole and cut, the same is learnt, and never more than the limits allow.
#include "wire/trap_session.hpp"

#include <cstdlib>

namespace {

using postern::wire::TrapFindings;
using postern::wire::TrapLimits;
using postern::wire::TrapSession;

void check(bool holds) {
    if (!holds) std::abort();
}

std::string converse(TrapSession& session, std::string_view octets, std::size_t piece) {
    std::string out = session.greeting();
    while (!octets.empty()) {
        const auto step = session.take(octets.substr(0, piece), std::chrono::milliseconds(1));
        out += step.say;
        if (step.close) break;
        octets.remove_prefix(std::min(piece, octets.size()));
    }
    session.end(TrapSession::End::peer);
    return out;
}

void within_limits(const TrapFindings& found) {
    for (const std::string* text : {&found.first, &found.server_name, &found.helo, &found.sender, &found.subject,
                                    &found.header_from, &found.mailer})
        check(text->size() <= TrapLimits::kept);
    check(found.recipients.size() <= TrapLimits::kept_recipients);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    TrapSession whole("gw.example"), cut("gw.example");
    const std::string said = converse(whole, octets, octets.size());
    const std::string said_cut = converse(cut, octets, data[0] + 1U);
    within_limits(whole.findings());
    within_limits(cut.findings());
    check(said.find("\r\n250", said.rfind("\r\n554")) == std::string::npos || said.contains("554"));
    if (octets.size() <= TrapLimits::input) {
        check(whole.findings().kind == cut.findings().kind);
        check(said == said_cut || whole.findings().kind == postern::wire::TrapKind::endless);
        check(whole.findings().recipient_count == cut.findings().recipient_count);
    }
    return 0;
}
