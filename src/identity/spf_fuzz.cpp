// SPDX-License-Identifier: Apache-2.0
// The record's grammar, and an evaluation in which every TXT answer is the input.
#include "base/inquiry.hpp"
#include "identity/spf.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (identity::is_spf(text)) (void)identity::parse_spf(text);
    const auto query = identity::spf_query(*IpAddress::parse("2001:db8::1"), "user@example.com", "mail.example.com");
    const auto verdict = dns::settle(dns::Evaluation(identity::check_spf(*query)), [&](const dns::Question& question) {
        dns::Answer answer{.question = question, .outcome = dns::Outcome::no_data};
        if (question.type == dns::Type::txt) {
            answer.outcome = dns::Outcome::found;
            answer.records.push_back({question.name, dns::Type::txt, {}, dns::Txt{{text}}});
        }
        return answer;
    });
    if (verdict.lookups > identity::spf_max_lookups + 1) __builtin_trap();
    return 0;
}
