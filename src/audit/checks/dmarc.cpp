// SPDX-License-Identifier: Apache-2.0
// DMARC of the domain (5-23, 5-25, 5-26), and third-party senders in its reports (2-17).
#include "identity/dmarc.hpp"
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/target.hpp"
#include "base/contains.hpp"

#include <fmt/format.h>

#include <map>

namespace postern::audit {

using identity::DmarcFinding;
using identity::DmarcPolicy;

Judging judge_dmarc(const Evidence& evidence) {
    const DmarcFinding found = co_await identity::find_dmarc(*evidence.domain);
    if (found.status == DmarcFinding::Status::temperror)
        co_return Findings{
            unknown("DMARC_UNKNOWN", fmt::format("The DMARC record could not be looked up: {}.", found.problem))};
    if (found.status == DmarcFinding::Status::none)
        co_return Findings{failing("DMARC_NO_RECORD", found.problem + ".",
                                   fmt::format("Publish a TXT record at _dmarc.{}: \"v=DMARC1; p=none; "
                                               "rua=mailto:dmarc@{}\", read the reports, then tighten it.",
                                               found.organizational.text(), found.organizational.text()))};
    Findings out{pass("DMARC_PUBLISHED",
                      fmt::format("{} asks receivers for {} ({} of _dmarc.{}).", found.author.text(),
                                  to_string(found.effective), found.effective_tag, found.record_domain.text()))};
    for (const std::string& oddity : found.record.oddities)
        out.push_back(warning("DMARC_ODDITY", fmt::format("In the record, {}.", oddity), "Take it out or mend it."));
    co_return out;
}

Judging judge_dmarc_reports(const Evidence& evidence) {
    const DmarcFinding found = co_await identity::find_dmarc(*evidence.domain);
    if (found.status == DmarcFinding::Status::temperror)
        co_return Findings{unknown("DMARC_UNKNOWN", found.problem + ".")};
    if (found.record.aggregate_reports.empty())
        co_return Findings{warning("DMARC_NO_REPORTS", "Nobody gets reports about mail in your name.",
                                   "Add rua=mailto:... to the DMARC record.")};
    Findings out;
    for (const auto& one : co_await identity::check_report_destinations(found)) {
        if (one.undetermined)
            out.push_back(unknown("DMARC_REPORTS_UNKNOWN",
                                  fmt::format("Whether {} takes reports is not known: {}.", one.uri, one.problem)));
        else if (!one.authorized)
            out.push_back(failing("DMARC_REPORTS_REFUSED",
                                  fmt::format("Reports to {} are not sent: {}.", one.uri, one.problem),
                                  "Have its domain publish the record that takes them, or name another mailbox."));
        else out.push_back(pass("DMARC_REPORTS_WANTED", fmt::format("Reports go to {}.", one.uri)));
    }
    co_return out;
}

Judging judge_dmarc_policy(const Evidence& evidence) {
    const DmarcFinding found = co_await identity::find_dmarc(*evidence.domain);
    if (found.status == DmarcFinding::Status::temperror)
        co_return Findings{unknown("DMARC_UNKNOWN", found.problem + ".")};
    if (found.status == DmarcFinding::Status::none)
        co_return Findings{failing("DMARC_NO_RECORD", found.problem + ".", "See 5-23.")};
    if (found.record.testing)
        co_return Findings{
            warning("DMARC_TESTING", "The policy is in test mode (t=y).", "Take t=y out once the reports are clean.")};
    if (found.effective == DmarcPolicy::none)
        co_return Findings{
            warning("DMARC_POLICY_NONE", "Anybody may still send in your name: the policy is none.",
                    "When the reports show only your own senders aligned: p=quarantine, then p=reject.")};
    co_return Findings{pass("DMARC_ENFORCED", fmt::format("The policy is {}.", to_string(found.effective)))};
}

Judging judge_other_senders(const Evidence& evidence) {
    const OwnSenders own = co_await find_own_senders(evidence);
    struct Source {
        std::uint64_t aligned = 0, failed = 0;
        std::string domain;
    };
    std::map<IpAddress, Source> strangers;
    for (const auto& report : evidence.reports)
        for (const auto& row : report.rows) {
            const bool ours =
                contains(own.addresses, row.source) ||
                std::ranges::any_of(own.networks, [&](const Network& network) { return network.contains(row.source); });
            if (ours) continue;
            Source& source = strangers[row.source];
            (row.dkim_aligned || row.spf_aligned ? source.aligned : source.failed) += row.count;
            if (source.domain.empty()) source.domain = row.spf_domain.empty() ? row.dkim_domain : row.spf_domain;
        }
    Findings out;
    std::vector<std::string> services, forgers;
    for (const auto& [ip, source] : strangers) {
        const std::string words =
            fmt::format("{} ({}, {} messages)", ip.to_string(), source.domain.empty() ? "unnamed" : source.domain,
                        source.aligned + source.failed);
        (source.aligned > 0 ? services : forgers).push_back(words);
    }
    if (!services.empty())
        out.push_back(warning("SENDERS_THIRD_PARTY",
                              fmt::format("Others send in your name with your leave: {}.", some_of(services)),
                              "Make sure that each is still wanted: what they send counts as yours."));
    if (!forgers.empty())
        out.push_back(warning("SENDERS_UNALIGNED",
                              fmt::format("Mail in your name came from elsewhere without proof: {}.", some_of(forgers)),
                              "A forgotten server or scanner of yours among them must be moved behind the mail server; "
                              "strangers are stopped by a DMARC policy (5-26)."));
    if (out.empty()) out.push_back(pass("SENDERS_OWN", "The reports show your own senders only."));
    co_return out;
}

}  // namespace postern::audit
