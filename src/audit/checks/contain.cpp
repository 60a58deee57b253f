// SPDX-License-Identifier: Apache-2.0
// What stops a stolen account, as far as configuration and logs show it (MC).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"

#include <fmt/format.h>

namespace postern::audit {

Judging judge_sender_limits(const Evidence& evidence) {
    const auto& config = evidence.postfix;
    for (const auto* service : config.smtp_servers())
        for (const std::string_view setting : {"smtpd_recipient_restrictions", "smtpd_end_of_data_restrictions",
                                               "smtpd_data_restrictions", "smtpd_client_restrictions"})
            if (config.get(*service, setting).contains("check_policy_service"))
                return settled({pass(
                    "POLICY_SERVICE",
                    fmt::format("A policy service is asked ({} of {}); whether it limits senders is its own affair.",
                                setting, service->name))});
    const std::string rate = config.get("smtpd_client_message_rate_limit", "0"),
                      recipients = config.get("smtpd_client_recipient_rate_limit", "0");
    if (rate != "0" || recipients != "0")
        return settled({warning(
            "LIMIT_BY_ADDRESS",
            "Only client addresses are limited, not logins: a stolen account is used from a thousand addresses.",
            "Limit each login: a policy service, or rspamd's ratelimit with user.")});
    return settled({failing(
        "NO_SENDER_LIMIT", "Nothing limits how much one login can send: a stolen account sends until somebody notices.",
        "Limit each login to what people send: a policy service (policyd, cluebringer), or rspamd's ratelimit.")});
}

Judging judge_script_senders(const Evidence& evidence) {
    const auto top = evidence.logs->by_local_user.top(5);
    if (top.empty()) return settled({pass("NO_SCRIPTS", "No program on this host sent mail outward.")});
    std::vector<std::string> names;
    for (const auto& [who, count] : top) names.push_back(fmt::format("{} ({})", who, count));
    return settled(
        {warning("SCRIPTS_UNNAMED",
                 fmt::format("Programs on this host sent without login, told apart only by user: {}.", some_of(names)),
                 "Give each its own login on 587, so that one can be stopped without the others.")});
}

Judging judge_bounces(const Evidence& evidence) {
    constexpr std::uint64_t least = 20, bad_percent = 5;
    const std::uint64_t bounced = evidence.logs->bounced_out, all = evidence.logs->sent_out + bounced;
    if (all < least)
        return settled(
            {elsewhere("MAIL_TOO_LITTLE", fmt::format("Only {} recipients in the logs; {} are wanted.", all, least),
                       "Give longer logs with --logs.")});
    if (bounced * 100 > all * bad_percent)
        return settled({failing(
            "BOUNCES_MANY", fmt::format("{} of {} recipients were refused by their servers for good.", bounced, all),
            "See who sends them (8-09, and the top senders by login): a stolen account, a bought or "
            "old list of addresses. Stop it, then clean the list.")});
    return settled({pass("BOUNCES_FEW", fmt::format("{} of {} recipients were refused for good.", bounced, all))});
}

Judging judge_guessing(const Evidence& evidence) {
    const auto top = evidence.logs->login_failures.top(3);
    if (top.empty() || top.front().second < 100)
        return settled(
            {pass("GUESSING_CHECKED", fmt::format("No address failed to log in a hundred times ({} at most).",
                                                  top.empty() ? 0 : top.front().second))});
    return settled({failing(
        "GUESSING_UNCHECKED",
        fmt::format("{} failed to log in {} times and was not stopped.", top.front().first, top.front().second),
        "Ban addresses that fail (fail2ban, or the firewall), and demand long passwords or a second factor.")});
}

}  // namespace postern::audit
