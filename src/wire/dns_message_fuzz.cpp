// SPDX-License-Identifier: Apache-2.0
// Any octets as a DNS answer: decoded, judged as an answer to a fixed question, and every accessor read.
#include "wire/dns_message.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
    using namespace postern;
    auto message = wire::decode_message({data, size});
    if (!message) return 0;
    if (message->answers.size() > dns::max_answer_records) std::abort();
    const dns::Question question = message->question.value_or(dns::Question{});
    const dns::Answer answer = wire::to_answer(question, *std::move(message));
    for (const auto& record : answer.records)
        if (record.owner.wire_octets() > DomainName::max_wire_octets) std::abort();
    for (const char c : answer.question.name.text())
        if (c < ' ' || c > '~') std::abort();
    if (answer.outcome == dns::Outcome::found && answer.records.empty()) std::abort();
    (void)answer.addresses();
    (void)answer.texts();
    (void)answer.names();
    return 0;
}
