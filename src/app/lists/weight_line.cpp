// SPDX-License-Identifier: Apache-2.0
#include "app/lists/weight_line.hpp"

#include <fmt/format.h>

#include <set>

namespace postern::app {

using namespace reputation;

std::string weight_line(const SubjectReport& report) {
    std::vector<std::string> listed, unknown;
    std::size_t judged = 0, minor = 0;
    for (const Row& row : report.rows) {
        if (row.is_gap()) unknown.push_back(row.profile().name);
        if (row.enabled() && row.weight() == 1 && row.finding.verdict.status == Status::clean) ++judged;
        if (!row.is_listing()) continue;
        if (row.weight() > 1) {
            ++minor;
            continue;
        }
        ++judged;
        std::set<std::string> parts;
        for (const Hit& hit : row.finding.verdict.hits)
            if (hit.effect == Effect::block && hit.tier == 1 && parts.insert(hit.part).second)
                listed.push_back(row.list->profile_of(hit.part).name);
    }
    const std::string first = !listed.empty() ? fmt::format("listed on {}", fmt::join(listed, ", "))
                              : judged == 0   ? std::string("no list gave a judgement")
                                            : fmt::format("not listed ({} {})", judged, judged == 1 ? "list" : "lists");
    const std::string second =
        unknown.empty() ? "nothing unknown" : fmt::format("unknown on {}", fmt::join(unknown, ", "));
    return fmt::format("{}: tier 1: {}, {}; minor lists: {}", report.subject.to_string(), first, second, minor);
}

}  // namespace postern::app
