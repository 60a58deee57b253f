// SPDX-License-Identifier: Apache-2.0
// Machines inside that the trap has heard (measure 2), out of its record: {"offenders": [...]}.
#include "audit/checks/judges.hpp"
#include "egress/offender_json.hpp"
#include "egress/offender_judgement.hpp"

#include <fmt/format.h>

namespace postern::audit {
namespace {

constexpr auto recently = std::chrono::hours(24);
constexpr std::size_t max_named = 20;

std::string name(const egress::Offender& offender) {
    std::string out = offender.main_address().to_string();
    const egress::Identity& who = offender.who;
    for (const std::string* known : {&who.dhcp_name, &who.reverse_name, &who.mac})
        if (!known->empty()) out += ", " + *known;
    if (!offender.helos.named().empty()) out += ", HELO " + offender.helos.named().front().first;
    return out;
}

Finding find(const egress::Offender& offender) {
    const egress::OffenderJudgement judgement = egress::judge(offender);
    std::string sentence = fmt::format("{} tried port 25 {} times, the last at {}: {}.", name(offender),
                                       offender.attempts, to_rfc3339(offender.last), judgement.sentence);
    if (egress::severity(judgement.kind) == "incident")
        return failing("TRAP_INFECTED", std::move(sentence), judgement.advice);
    return warning("TRAP_NOTICED", std::move(sentence), judgement.advice);
}

}  // namespace

Judging judge_trap_hits(const Evidence& evidence) {
    const auto record = json::parse(*evidence.file("trap"));
    const json::value* all = record && record->is_object() ? record->get_object().if_contains("offenders") : nullptr;
    if (all == nullptr || !all->is_array())
        return settled({unknown("TRAP_UNREADABLE", "The trap's record could not be read.",
                                "Give it as postern trap list --format json writes it.")});
    Findings out;
    std::size_t more = 0;
    for (const json::value& item : all->get_array()) {
        const auto offender = egress::read_offender(item);
        if (!offender || offender->last < evidence.taken - recently) continue;
        if (out.size() < max_named) out.push_back(find(*offender));
        else ++more;
    }
    if (more > 0)
        out.push_back(
            warning("TRAP_MORE", fmt::format("{} further machines tried port 25.", more), "See postern trap list."));
    if (out.empty()) out.push_back(pass("TRAP_QUIET", "The trap has heard no machine inside within 24 hours."));
    return settled(std::move(out));
}

}  // namespace postern::audit
