// SPDX-License-Identifier: Apache-2.0
// Spam filtering on every path, and no mail written back to strangers (measure 3).
#include "audit/checks/judges.hpp"
#include "audit/checks/senders.hpp"
#include "audit/checks/tried.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

bool is_submission(const evidence::PostfixService& service) {
    return service.name == "submission" || service.name == "submissions" || service.name == "smtps" ||
           service.name.ends_with("587") || service.name.ends_with("465");
}

}  // namespace

Judging judge_true_client(const Evidence& evidence) {
    const auto& inbound = evidence.logs->inbound;
    const std::uint64_t total = inbound.total();
    if (total < 20)
        return settled(
            {elsewhere("CLIENTS_TOO_FEW",
                       fmt::format("Only {} messages came in from outside; 20 are wanted for a judgement.", total),
                       "Give longer logs with --logs.")});
    const auto top = inbound.top(1);
    if (top.front().second * 10 > total * 9 && evidence.filter_service.empty())
        return settled({failing(
            "CLIENT_HIDDEN",
            fmt::format(
                "{} of {} messages came from one address, {}: the filter judges a proxy instead of the real client.",
                top.front().second, total, top.front().first),
            "Have the proxy tell the client (PROXY protocol, XCLIENT), and tell the filter which hosts to trust for it "
            "(rspamd: external_relay).")});
    return settled(
        {pass("CLIENTS_SEEN", fmt::format("Messages came from {} different clients.", inbound.counts.size()))});
}

Judging judge_filter_fail_mode(const Evidence& evidence) { return judge_scanner_fail_mode(evidence); }

Judging judge_login_discount(const Evidence& evidence) {
    const std::string* settings = evidence.file("rspamd.settings");
    if (settings == nullptr)
        return settled({elsewhere("NO_FILTER_SETTINGS", "No settings of rspamd were found here.",
                                  "run it on the mail server, or give them: --import rspamd.settings=FILE")});
    Findings out;
    // rspamd's settings are blocks; those that hold for people who logged in say `authenticated`.
    std::string_view rest = *settings;
    for (auto at = rest.find("authenticated"); at != rest.npos; at = rest.find("authenticated")) {
        const std::string_view block = rest.substr(at, std::min<std::size_t>(rest.find("\n  }", at), rest.size()) - at);
        if (block.contains("want_spam = yes") || block.contains("want_spam = true") || block.contains("whitelist"))
            out.push_back(failing("LOGIN_NOT_FILTERED", "rspamd lets mail of people who logged in pass unfiltered.",
                                  "Take want_spam or whitelist out of the block: a stolen account sends through it."));
        else if (block.contains("symbols_disabled") || block.contains("groups_disabled"))
            out.push_back(warning("LOGIN_DISCOUNT", "rspamd leaves rules out for people who logged in.",
                                  "Leave out only rules about addresses and HELO; keep those about content."));
        rest.remove_prefix(at + 1);
    }
    if (out.empty())
        out.push_back(pass("NO_LOGIN_DISCOUNT", "rspamd's settings give people who logged in no discount."));
    return settled(std::move(out));
}

Findings paths_configured(const Evidence& evidence) {
    const auto& config = evidence.postfix;
    const std::string everywhere = config.get("content_filter");
    if (!everywhere.empty())
        return {pass("PATHS_SCANNED", fmt::format("Every message goes through {}.", everywhere))};
    Findings out;
    bool any = false;
    for (const auto* service : config.smtp_servers()) {
        const bool scanned = !config.get(*service, "smtpd_milters").empty() ||
                             !config.get(*service, "content_filter").empty() ||
                             !config.get(*service, "smtpd_proxy_filter").empty();
        any = any || scanned;
        if (!scanned)
            out.push_back(
                failing(is_submission(*service) ? "SUBMISSION_UNSCANNED" : "INBOUND_UNSCANNED",
                        fmt::format("What comes in by the service {} is not filtered.", service->name),
                        fmt::format("Take the empty smtpd_milters of {} out of master.cf, or name the filter there.",
                                    service->name)));
    }
    if (config.get("non_smtpd_milters").empty())
        out.push_back(failing("LOCAL_UNSCANNED",
                              "What programs on this host send is not filtered (non_smtpd_milters is empty).",
                              "Set non_smtpd_milters = $smtpd_milters."));
    if (out.empty()) out.push_back(pass("PATHS_SCANNED", "Every way into the server goes through the filter."));
    if (!any && !config.smtp_servers().empty())
        out = {failing(
            "NOTHING_SCANNED", "No message is filtered: neither milters nor a content filter are set.",
            "Set smtpd_milters and non_smtpd_milters to rspamd's (inet:127.0.0.1:11332) or your filter's address.")};
    return out;
}

Judging judge_every_path_scanned(const Evidence& evidence) {
    Findings out = co_await judge_paths_tried(evidence);
    if (evidence.postfix.present())
        for (Finding& one : paths_configured(evidence)) out.push_back(std::move(one));
    if (out.empty())
        out.push_back(elsewhere("PATHS_NOT_SEEN", "Neither a configuration nor a test shows which ways in are filtered.",
                                "Run it on the mail server (Postfix is judged), or " + how_to_try(evidence)));
    co_return out;
}

Judging judge_unknown_recipients(const Evidence& evidence) {
    Findings out = co_await judge_unknown_tried(evidence);
    constexpr std::string_view fix = "Give the server the list of recipients: local_recipient_maps, "
                                     "relay_recipient_maps, or reject_unverified_recipient towards the next server.";
    if (evidence.postfix.present()) {
        const auto& config = evidence.postfix;
        const auto& given = config.parameters;
        if (const auto maps = given.find("local_recipient_maps");
            maps != given.end() && config.get("local_recipient_maps").empty())
            out.push_back(
                failing("RECIPIENTS_UNCHECKED",
                        "Postfix takes mail for every local part (local_recipient_maps is empty) and bounces it later.",
                        std::string(fix)));
        const bool verifies = config.get("smtpd_recipient_restrictions").contains("reject_unverified_recipient");
        const std::string relayed = config.get("relay_domains");
        if (!relayed.empty() && relayed != config.get("mydestination") && config.get("relay_recipient_maps").empty() &&
            !verifies)
            out.push_back(failing(
                "RELAY_RECIPIENTS_UNCHECKED",
                fmt::format("Postfix takes mail for every local part of {} and bounces what the next server refuses.",
                            relayed),
                std::string(fix)));
    }
    if (evidence.exchange.recipient_validation == false)
        out.push_back(failing(
            "RECIPIENTS_UNCHECKED",
            "Exchange takes mail for every local part and bounces it later (RecipientValidationEnabled is off).",
            "Set-RecipientFilterConfig -RecipientValidationEnabled $true, with the anti-spam agents installed."));
    if (evidence.logs && evidence.logs->unknown_bounced > 0)
        out.push_back(
            failing("UNKNOWN_BOUNCED",
                    fmt::format("{} messages to unknown recipients were taken and bounced; {} were refused at RCPT.",
                                evidence.logs->unknown_bounced, evidence.logs->unknown_refused),
                    std::string(fix)));
    if (evidence.exim.present() && !evidence.exim.verifies_recipients)
        out.push_back(
            failing("RECIPIENTS_UNCHECKED",
                    "No ACL of Exim verifies recipients: it takes mail for every local part and bounces it later.",
                    "Put require verify = recipient into the ACL of acl_smtp_rcpt."));
    if (out.empty() && (evidence.postfix.present() || evidence.exim.present() ||
                        (evidence.logs && evidence.logs->unknown_refused > 0)))
        out.push_back(pass("RECIPIENTS_CHECKED",
                           evidence.logs ? fmt::format("Unknown recipients are refused at RCPT ({} in the logs).",
                                                       evidence.logs->unknown_refused)
                                         : "Unknown recipients are refused at RCPT."));
    if (out.empty() && !evidence.has_mta())
        out.push_back(elsewhere("RECIPIENTS_NOT_SEEN", "Neither a configuration nor a test shows what becomes of unknown recipients.",
                                "Run it on the mail server, or " + how_to_try(evidence)));
    if (out.empty())
        out.push_back(unknown("RECIPIENTS_UNKNOWN",
                              "Neither the configuration nor the logs show what becomes of unknown recipients."));
    co_return out;
}

Judging judge_backscatter(const Evidence& evidence) {
    Findings out = co_await judge_bounces_tried(evidence);
    if (evidence.logs && evidence.logs->returned_to_outsiders > 0) {
        out.push_back(failing("BACKSCATTER",
                              fmt::format("{} bounces were written for mail from outside, the last to {}: the "
                                          "senders of spam are forged, and their owners list you for it.",
                                          evidence.logs->returned_to_outsiders, evidence.logs->returned_sample),
                              "Refuse within SMTP what cannot be delivered: unknown recipients (3-10), full "
                              "mailboxes, what the filter refuses."));
    } else if (evidence.logs && evidence.logs->understood > 0) {
        const auto delivered = evidence.logs->delivered_here;
        if (delivered >= 20)
            out.push_back(pass("NO_BACKSCATTER",
                               fmt::format("{} messages were delivered and none from outside was bounced.", delivered)));
        else if (out.empty())
            out.push_back(elsewhere(
                "BACKSCATTER_TOO_FEW",
                fmt::format("Only {} messages were delivered here; 20 are wanted for a judgement.", delivered),
                "Give longer logs with --logs."));
    }
    if (out.empty())
        out.push_back(elsewhere("BACKSCATTER_NOT_SEEN", "Neither logs nor a test show whether mail is bounced after it was taken.",
                                "Give logs with --logs FILE, or " + how_to_try(evidence)));
    co_return out;
}

Judging judge_call_outs(const Evidence& evidence) {
    Findings out = co_await judge_call_outs_tried(evidence);
    for (const std::string_view setting : {"smtpd_recipient_restrictions", "smtpd_sender_restrictions",
                                           "smtpd_client_restrictions", "smtpd_helo_restrictions"})
        if (evidence.postfix.get(setting).contains("reject_unverified_sender"))
            out.push_back(
                failing("CALLS_OUT",
                        fmt::format("{} asks senders' servers whether the sender exists (reject_unverified_sender): "
                                    "forged senders make it ask strangers, and lists take note.",
                                    setting),
                        "Take reject_unverified_sender out."));
    if (evidence.exim.calls_out_senders)
        out.push_back(failing(
            "CALLS_OUT",
            "An Exim ACL verifies senders by call-out: forged senders make it ask strangers, and lists take note.",
            "Use verify = sender without /callout."));
    if (out.empty() && !evidence.has_mta())
        out.push_back(elsewhere("CALL_OUT_NOT_SEEN", "Neither a configuration nor a test shows whether senders are called.",
                                "Run it on the mail server, or with --intrusive and --vantage"));
    if (out.empty()) out.push_back(pass("NO_CALL_OUT", "No sender is verified by calling its server."));
    co_return out;
}

}  // namespace postern::audit
