// SPDX-License-Identifier: Apache-2.0
// A message with signatures, whose key answers with its own body.
#include "identity/dkim.hpp"
#include "identity/dmarc.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    const std::string text = wire::from_file({reinterpret_cast<const char*>(data), size});
    (void)identity::parse_dkim_key(text);
    if (identity::is_dmarc(text)) (void)identity::parse_dmarc(text);
    const auto message = wire::parse_message(text);
    if (!message) return 0;
    const auto verdicts =
        dns::settle(dns::Evaluation(identity::verify_dkim(*message, Instant{})), [&](const dns::Question& question) {
            return dns::Answer{
                .question = question,
                .outcome = dns::Outcome::found,
                .records = {{question.name, dns::Type::txt, {}, dns::Txt{{message->body.substr(0, 4'096)}}}}};
        });
    for (const auto& verdict : verdicts)
        if (verdict.result == identity::DkimResult::pass && !verdict.key) __builtin_trap();
    return 0;
}
