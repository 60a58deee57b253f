// SPDX-License-Identifier: Apache-2.0
// Everything that was collected about a target, before anything is judged.
//
// `files` holds what tools and files said, octet by octet, under the names below; the parsed members are made of it by `read_files`.
// Whatever was looked for and could not be had stands in `gaps` with the reason: a check that needs it is skipped or unknown, and
// says why.
#pragma once

#include "audit/active/conversation.hpp"
#include "audit/filter_service.hpp"
#include "audit/vantage.hpp"
#include "base/dns.hpp"
#include "base/instant.hpp"
#include "base/network.hpp"
#include "evidence/dmarc_report.hpp"
#include "evidence/exchange_export.hpp"
#include "evidence/exim_config.hpp"
#include "evidence/host.hpp"
#include "evidence/mail_log.hpp"
#include "evidence/postfix_config.hpp"
#include "evidence/received_trace.hpp"
#include "wire/message.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace postern::audit {

/// A list's word about one of the target's subjects.
struct ListWord {
    std::string subject, zone, name;
    int tier = 0;
    std::string status;  ///< "listed", "clean", "unknown", "not_asked", "broken"
    std::string meaning, text, reason, advice;
    std::string reason_code;
    bool enabled = true;
};

/// What the machine's own resolver answers, which is what its mail server believes.
struct SystemResolver {
    std::vector<std::string> addresses;                   ///< nameserver lines
    std::string unknown;                                  ///< why it was not asked
    std::optional<dns::Answer> test_listed, test_absent;  ///< 2.0.0.127 and 1.0.0.127 of a large list
    std::optional<dns::Answer> random_name;               ///< a name that cannot exist
    std::optional<dns::Answer> signed_name;               ///< a name of a signed zone, AD flag wanted
    std::optional<dns::Answer>
        broken_name;  ///< a name whose signature is broken on purpose; absent where there is none
};

struct Attestation {
    std::string what;  ///< "endpoint-protection"
    std::string by;
    std::string date;  ///< "2026-11-02"
};

struct Evidence {
    Instant taken{};
    std::optional<DomainName> domain;
    std::vector<IpAddress> given;          ///< addresses named by the user
    std::string profile = "own";           ///< own, hosted
    std::string filter_service;            ///< id of the declared or recognised filtering service; empty: none
    std::vector<FilterService> services;   ///< the catalogue
    std::vector<Network> filter_networks;  ///< where the filtering service delivers from; empty: unknown
    std::string own_recursion;             ///< note about our own way to the DNS; empty: recursion works
    bool port25_blocked_here = false;
    std::string port25_why;

    std::map<std::string, std::string>
        files;  ///< "postfix.main", "postfix.master", "exim.options", "clamd.version", ...
    std::map<std::string, std::string> gaps;  ///< "logs" -> "/var/log/mail.log: permission denied"
    std::vector<SmtpLook> looks;
    std::vector<Vantage> vantages;
    std::string
        place;  ///< where this machine stands, for ways out: "office", "server", "guest", "vpn", "container", "mail"
    std::string user;  ///< who runs the audit
    std::string
        submission_out;         ///< the site's policy for 465 and 587 outward: "open", "shut"; empty: none was declared
    std::string secret_header;  ///< field by which the filter proves itself to the origin; empty: none was declared
    std::vector<ListWord> lists;
    std::optional<SystemResolver> resolver;
    std::optional<evidence::MailLogFindings> logs;
    std::vector<evidence::DmarcReport> reports;
    std::vector<Attestation> attestations;
    Active active;  ///< what intrusive tests left

    // Made of `files`.
    evidence::PostfixConfig postfix;
    evidence::EximConfig exim;
    evidence::OpensmtpdConfig opensmtpd;
    evidence::ExchangeExport exchange;
    std::optional<wire::Message> message;
    evidence::Trace trace;

    void read_files();
    [[nodiscard]] const std::string* file(std::string_view name) const;
    [[nodiscard]] bool has_mta() const {
        return postfix.present() || exim.present() || opensmtpd.present || exchange.present();
    }
};

}  // namespace postern::audit
