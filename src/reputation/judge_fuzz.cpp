// SPDX-License-Identifier: Apache-2.0
// Any addresses as an answer: whatever a list says, a refusal is no listing, and nothing outside 127.0.0.0/8 is anything but broken.
#include "reputation/judge.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    using namespace postern::reputation;
    static const List own = own_zone(*DomainName::parse("own.example"));
    dns::Answer answer{.question = {*own.zone.below("x"), dns::Type::a}, .outcome = dns::Outcome::found};
    bool outside = false, refused = false;
    for (std::size_t i = 0; i + 4 <= std::min<std::size_t>(size, 400); i += 4) {
        const auto address = IpAddress::from_v4({data[i], data[i + 1], data[i + 2], data[i + 3]});
        answer.records.push_back({answer.question.name, dns::Type::a, {}, address});
        outside = outside || data[i] != 127;
        refused = refused || (data[i] == 127 && data[i + 1] == 255 && data[i + 2] == 255);
    }
    const Verdict verdict = judge(own, answer);
    if (outside != (verdict.status == Status::broken)) std::abort();
    if (refused && verdict.status == Status::listed) std::abort();
    if (verdict.status == Status::listed && verdict.hits.empty()) std::abort();
    if ((verdict.status == Status::listed || verdict.status == Status::clean) == verdict.reason.has_value())
        std::abort();
    return 0;
}
