// SPDX-License-Identifier: Apache-2.0
// A whole session of the probe: the first octet says how deep it begins and how the rest is cut. Whatever comes, nothing is kept without
// its token, every answer is made of whole lines, and the cut changes nothing.
#include "wire/sink_session.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace postern::wire;

constexpr std::string_view token = "postern-abcdefghij234567klmn";

class Keeper : public SinkKeeper {
public:
    [[nodiscard]] bool is_open(std::string_view one) const override { return one == token; }
    [[nodiscard]] bool keep(SinkMessage message) override {
        if (message.token.token != token || message.octets.size() > SinkSession::max_message) std::abort();
        kept += message.octets;
        return kept.size() < 1'000'000;
    }
    [[nodiscard]] bool begin_message(bool) override { return ++under_way == 1; }
    void end_message(bool) override { --under_way; }
    std::string kept;
    int under_way = 0;
};

struct Outcome {
    std::string said, kept;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome play(std::string_view input, unsigned depth, std::size_t cut) {
    Keeper keeper;
    SinkSession session({.name = "probe.example.net", .peer = {}, .local = {}, .offers_tls = true}, keeper);
    const std::string recipient = "RCPT TO:<" + std::string(token) + "@x>\r\n";
    if (depth > 0) (void)session.take("EHLO x.example\r\n");
    if (depth > 1) (void)session.take("MAIL FROM:<a@b.example>\r\n" + recipient);
    if (depth > 2) (void)session.take("DATA\r\n");
    Outcome out;
    while (!input.empty()) {
        const std::string_view part = input.substr(0, cut);
        input.remove_prefix(part.size());
        const auto step = session.take(part);
        out.said += step.write;
        if (!step.write.empty() && !step.write.ends_with("\r\n")) std::abort();
        if (step.then == SinkSession::Then::close) break;
        if (step.then == SinkSession::Then::start_tls) {
            if (!part.ends_with('\n')) std::abort();
            break;  // whether octets follow depends on the cut
        }
    }
    (void)session.summary();
    out.kept = std::move(keeper.kept);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const unsigned depth = data[0] % 4;
    const Outcome whole = play(input, depth, input.size() + 1);
    const Outcome cut = play(input, depth, 1U + data[0] / 4U);
    if (whole != cut && !whole.said.contains("nothing may follow STARTTLS") && !cut.said.contains("220 2.0.0"))
        std::abort();
    return 0;
}
