// SPDX-License-Identifier: Apache-2.0
#include "app/trap/trap_report.hpp"

#include "egress/offender_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace postern::app {

std::string name_offender(const egress::Offender& offender) {
    const egress::Identity& who = offender.who;
    std::vector<std::string> names;
    for (const std::string* name : {&who.dhcp_name, &who.reverse_name, &who.mac, &who.user})
        if (!name->empty()) names.push_back(*name);
    const std::string ip = offender.main_address().to_string();
    return names.empty() ? ip : fmt::format("{} ({})", ip, fmt::join(names, ", "));
}

store::Event to_event(const egress::OffenderIncident& incident, Instant now) {
    const egress::Offender& offender = incident.offender;
    store::Event out;
    out.at = now;
    out.kind = "trap.offender";
    out.measure = "M2";
    out.severity = egress::severity(incident.judgement.kind);
    out.verdict = "refuse";
    out.rule = "m2.port25.trapped";
    out.ip = offender.main_address().to_string();
    out.mac = offender.who.mac;
    out.host = offender.who.dhcp_name.empty() ? offender.who.reverse_name : offender.who.dhcp_name;
    out.sentence = fmt::format("{} tried port 25, {} times{}: {}", name_offender(offender), incident.attempts_since,
                               incident.first ? "" : " since the last word", incident.judgement.sentence);
    out.details = egress::to_json(offender);
    out.details["judgement"] = egress::to_json(incident.judgement);
    out.details["attempts_since"] = incident.attempts_since;
    out.details["first"] = incident.first;
    return out;
}

}  // namespace postern::app
