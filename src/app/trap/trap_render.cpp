// SPDX-License-Identifier: Apache-2.0
// Offenders for a terminal. Their texts are the most hostile of the program: every line goes through `printable` as a whole.
#include "app/trap/trap_command.hpp"
#include "app/trap/trap_report.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace postern::app {
namespace {

std::string tally(const egress::OffenderTally& tally) {
    std::string out;
    for (const auto& [word, count] : tally.named())
        out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", word, count);
    if (tally.different() > tally.named().size())
        out += fmt::format(" ... {}{} in all", tally.full() ? "at least " : "", tally.different());
    return out;
}

class Page {
public:
    void line(std::string_view name, const std::string& value) {
        if (!value.empty()) text_ += printable(fmt::format("{:<16}{}", name, value), 2'048) + "\n";
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

std::string speeches(const egress::Offender& offender) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < offender.speeches.size(); ++i)
        if (offender.speeches[i] > 0)
            out.push_back(
                fmt::format("{} {}", offender.speeches[i], egress::to_string(static_cast<egress::Speech>(i))));
    return fmt::format("{}", fmt::join(out, ", "));
}

std::string or_none(const std::string& text, std::string_view otherwise) {
    return text.empty() ? std::string(otherwise) : text;
}

}  // namespace

std::string offender_lines(const std::vector<egress::Offender>& offenders) {
    std::string out;
    for (const egress::Offender& offender : offenders) {
        const egress::OffenderJudgement judgement = egress::judge(offender);
        out += printable(fmt::format("{}: {} attempts, {} servers, last {}: {}", name_offender(offender),
                                     offender.attempts, offender.destinations.different(), to_rfc3339(offender.last),
                                     judgement.sentence)) +
               "\n";
    }
    return out.empty() ? "Nobody is on record.\n" : out;
}

std::string offender_page(const egress::Offender& offender) {
    const egress::OffenderJudgement judgement = egress::judge(offender);
    const egress::Identity& who = offender.who;
    Page page;
    page.line("address", offender.address.to_string());
    std::vector<std::string> others;
    for (const IpAddress& ip : offender.addresses)
        if (ip != offender.address) others.push_back(ip.to_string());
    page.line("also as", fmt::format("{}", fmt::join(others, ", ")));
    page.line("MAC", or_none(who.mac, "unknown") + (who.mac.empty() || who.on_link ? "" : " (perhaps a router's)"));
    page.line("", who.note);
    page.line("DHCP name",
              who.dhcp_name.empty() ? "none known" : fmt::format("{} ({})", who.dhcp_name, who.dhcp_source));
    page.line("reverse name", or_none(who.reverse_name, "none known"));
    page.line("user", who.user);
    page.line("probably", judgement.sentence);
    for (const std::string& sign : judgement.evidence) page.line("", "- " + sign);
    page.line("to do", judgement.advice);
    page.line("seen", fmt::format("{} to {}", to_rfc3339(offender.first), to_rfc3339(offender.last)));
    page.line("attempts",
              fmt::format("{}, at most {} a minute{}", offender.attempts, offender.peak_per_minute,
                          offender.refused > 0 ? fmt::format(", {} of them let go unheard", offender.refused) : ""));
    page.line("conversations", speeches(offender));
    page.line("servers", tally(offender.destinations));
    page.line("ports", tally(offender.ports));
    page.line("HELO", tally(offender.helos));
    page.line("senders", tally(offender.senders));
    page.line("its domains", tally(offender.sender_domains));
    page.line("TLS names", tally(offender.server_names));
    if (offender.recipient_count > 0)
        page.line("recipients", fmt::format("{}: {}", offender.recipient_count, fmt::join(offender.recipients, ", ")));
    page.line("subjects", fmt::format("{}", fmt::join(offender.subjects, ", ")));
    page.line("programs", fmt::format("{}", fmt::join(offender.mailers, ", ")));
    page.line("first octets", fmt::format("{}", fmt::join(offender.firsts, " | ")));
    return page.take();
}

}  // namespace postern::app
