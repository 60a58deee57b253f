// SPDX-License-Identifier: Apache-2.0
// What a check is: an entry in the catalogue, the evidence it needs, and a judge.
//
// A judge is pure. It returns findings, each with a tag that never changes its meaning; the check's page explains every tag, and a
// test holds the two together. Nothing that could not be learnt is a pass.
#pragma once

#include "audit/evidence.hpp"
#include "base/inquiry.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::audit {

enum class Status : std::uint8_t { pass, warning, fail, unknown, skipped };
[[nodiscard]] std::string_view to_string(Status status);

enum class Severity : std::uint8_t { low, medium, high, critical };
[[nodiscard]] std::string_view to_string(Severity severity);

enum class Measure : std::uint8_t { know, malware, egress, spam, filter, identity, relay, delist, contain };
[[nodiscard]] std::string_view to_string(Measure measure);  ///< "M0" ... "M7", "MC"
[[nodiscard]] std::string_view in_words(Measure measure);

/// Evidence without which a check cannot be judged at all.
enum class Need : std::uint8_t {
    domain,
    addresses,
    lists,
    resolver,
    smtp,
    mta,
    postfix,
    logs,
    message,
    reports,
    clamd,
    host,
    firewall,
    trap,
    filter,
    exchange,
    active,
    outside
};

struct Finding {
    Status status = Status::pass;
    std::string_view tag;  ///< "SPF_NO_RECORD": a literal
    std::string sentence;  ///< what was seen; text from outside in it is raw
    std::string fix;       ///< what to do now; empty for passes
};

using Findings = std::vector<Finding>;
using Judging = dns::Inquiry<Findings>;

struct Check {
    std::string_view id;     ///< "5-14"
    std::string_view title;  ///< what holds when it passes
    Measure measure = Measure::know;
    Severity severity = Severity::low;
    std::string_view basis;  ///< "RFC 7208 4.6.4"
    std::span<const Need> needs;
    Judging (*judge)(const Evidence& evidence);
};

/// All there are, in the order of their IDs.
[[nodiscard]] std::span<const Check> checks();
[[nodiscard]] const Check* find_check(std::string_view id);

// Short ways to say a finding.
[[nodiscard]] inline Finding pass(std::string_view tag, std::string sentence) {
    return {Status::pass, tag, std::move(sentence), {}};
}
[[nodiscard]] inline Finding warning(std::string_view tag, std::string sentence, std::string fix) {
    return {Status::warning, tag, std::move(sentence), std::move(fix)};
}
[[nodiscard]] inline Finding failing(std::string_view tag, std::string sentence, std::string fix) {
    return {Status::fail, tag, std::move(sentence), std::move(fix)};
}
[[nodiscard]] inline Finding unknown(std::string_view tag, std::string sentence, std::string fix = {}) {
    return {Status::unknown, tag, std::move(sentence), std::move(fix)};
}

/// This vantage cannot tell; `mend` says which can. The check counts as skipped.
[[nodiscard]] inline Finding elsewhere(std::string_view tag, std::string sentence, std::string mend) {
    return {Status::skipped, tag, std::move(sentence), std::move(mend)};
}

/// A judge that asks nothing.
[[nodiscard]] inline Judging settled(Findings findings) { co_return findings; }

}  // namespace postern::audit
