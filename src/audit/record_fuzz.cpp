// SPDX-License-Identifier: Apache-2.0
// A recorded audit from anywhere: read, judged, written again.
#include "audit/record.hpp"
#include "audit/report.hpp"
#include "base/inquiry.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    const auto recorded = audit::from_record({reinterpret_cast<const char*>(data), size});
    if (!recorded) return 0;
    (void)dns::settle(dns::Evaluation(audit::judge_all(recorded->evidence, {})), recorded->book);
    if (!audit::from_record(audit::to_record(recorded->evidence, recorded->book))) __builtin_trap();
    return 0;
}
